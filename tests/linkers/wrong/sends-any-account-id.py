#!/usr/bin/env python3
# Bug D3: puts whatever was typed into the path.
# caught-by: d03-domain-as-account verdict stage.right traffic.max
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def account_looks_right(self):
        return True


base.main(Wrong)
