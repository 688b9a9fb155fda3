#!/usr/bin/env python3
# Bug H3: quotes the token in the text for the person.
# caught-by: h02-verbose-refusal secret.stdout
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def refuse_unknown(self):
        raise base.Refused("invalid_token", "verify", "The token %s… is unknown." % self.token[:14])


base.main(Wrong)
