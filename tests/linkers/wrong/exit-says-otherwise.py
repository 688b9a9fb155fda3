#!/usr/bin/env python3
# Bug A9: the exit code says linked whatever happened.
# caught-by: a04-unknown-token-both-refuse process.agree
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def run(self):
        super().run()
        return 0


base.main(Wrong)
