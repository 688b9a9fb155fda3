#!/usr/bin/env python3
# Bug I1: writes the link down before it is proved.
# caught-by: i13-state-refusal state.clean
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def link(self):
        self.kind = self.declared
        self.remember()
        super().link()


base.main(Wrong)
