#!/usr/bin/env python3
# Right: never looks at its own policies; zone.permissions and harmless reads tell it what it needs.
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class NeverReadsPolicies(base.Linker):
    read_policies = False


base.main(NeverReadsPolicies)
