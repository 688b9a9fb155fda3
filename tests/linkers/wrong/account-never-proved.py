#!/usr/bin/env python3
# Bug D1: the token is good, so the account must be.
# caught-by: d01-foreign-account-user-token verdict stage.right
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def prove_account(self):
        pass

    def check_permissions(self):
        self.unverified = list(self.required)


base.main(Wrong)
