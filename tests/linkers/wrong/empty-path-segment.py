#!/usr/bin/env python3
# Bug D5: sends an empty account id.
# caught-by: d10-empty-account verdict stage.right traffic.max
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def account_looks_right(self):
        return self.account == "" or super().account_looks_right()


base.main(Wrong)
