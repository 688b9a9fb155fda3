#!/usr/bin/env python3
# Right: kind not told and no prefix that tells, it asks the account's verify endpoint first.
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class AccountFirst(base.Linker):
    def kinds(self):
        if self.declared:
            return [self.declared]
        return ["user", "account"] if self.token.startswith("cfut_") else ["account", "user"]


base.main(AccountFirst)
