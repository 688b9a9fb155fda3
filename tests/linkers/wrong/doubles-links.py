#!/usr/bin/env python3
# Bug D9: linking twice makes two entries.
# caught-by: i12-state-link-twice state.single
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def remember(self):
        self.write_state(self.remembered() + [{"account_id": self.account, "token_type": self.kind}])


base.main(Wrong)
