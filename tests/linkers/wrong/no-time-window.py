#!/usr/bin/env python3
# Bug B7: active is enough, not_before is not looked at.
# caught-by: b06-not-yet-status verdict
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def stamp(self, text, absent):
        return absent


base.main(Wrong)
