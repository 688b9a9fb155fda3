#!/usr/bin/env python3
# Bug F2: active token, right account: linked.
# caught-by: f01-lacks-account-row verdict perm.checked truth message.right
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def check_permissions(self):
        pass


base.main(Wrong)
