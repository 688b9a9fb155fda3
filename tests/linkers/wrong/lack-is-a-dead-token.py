#!/usr/bin/env python3
# Bug F1: any 403 behind verify means that the token is bad.
# caught-by: f02-lacks-zone-row verdict message.right
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def sort_in(self, name, held):
        if held is False:
            raise base.Refused("invalid_token", "permissions", "The token is bad.")
        super().sort_in(name, held)


base.main(Wrong)
