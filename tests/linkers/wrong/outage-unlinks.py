#!/usr/bin/env python3
# Bug G5: drops the link when the API cannot be asked.
# caught-by: i14-state-outage state.clean
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def link(self):
        try:
            super().link()
        except base.Refused:
            self.write_state([])
            raise


base.main(Wrong)
