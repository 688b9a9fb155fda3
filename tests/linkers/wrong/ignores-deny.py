#!/usr/bin/env python3
# Bug F2: reads its policies without their effect.
# caught-by: f06-deny-policy-readable verdict truth
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def covers(self, policies, group, name, zone):
        if policies and policies[0].get("effect") == "deny":
            return False
        return super().covers(policies, group, name, zone)


base.main(Wrong)
