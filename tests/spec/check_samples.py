#!/usr/bin/env python3
"""An independent judge of the answers at depth schema: PyPI's jsonschema, fed with schemas.json.

Usage: check_samples.py PRINT_SAMPLES PROJECT
Runs PRINT_SAMPLES, judges every body against the schema its operation names, exit 1 if one does not fit.
"""
import json
import subprocess
import sys

from jsonschema import Draft4Validator, FormatChecker
from jsonschema.exceptions import best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

# date-time is judged where its package (rfc3339-validator) is installed
FORMATS = [name for name in ("date-time", "date", "ipv4", "ipv6", "email", "uuid")
           if name in FormatChecker.checkers]


def to_draft4(node):
    """OpenAPI 3.0 as JSON Schema: nullable becomes a type; names become references."""
    if isinstance(node, list):
        return [to_draft4(one) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        ref = {"$ref": "#/definitions/" + escape(node["$ref"])}
        return {"anyOf": [ref, {"type": "null"}]} if node.get("nullable") else ref
    out = {}
    for key, value in node.items():
        if key == "properties":
            out[key] = {name: to_draft4(one) for name, one in value.items()}
        elif key in ("enum", "required", "default"):
            out[key] = value
        elif key not in ("nullable", "readOnly", "writeOnly", "discriminator"):
            out[key] = to_draft4(value)
    if out.get("format") not in FORMATS:
        out.pop("format", None)
    if out.get("type") == "unknown":
        del out["type"]
    if node.get("nullable") and "type" in out:
        out["type"] = [out["type"], "null"]
        if "enum" in out:
            out["enum"] = out["enum"] + [None]
    return out


def escape(name):
    return name.replace("~", "~0").replace("/", "~1").replace("%", "%25").replace(" ", "%20") \
        .replace("{", "%7B").replace("}", "%7D")


def load(project):
    schemas = {}
    for name in ("schemas.json", "extra_schemas.json"):
        with open(f"{project}/mock/spec/{name}", encoding="utf-8") as file:
            schemas.update(json.load(file))
    operations = {}
    for name in ("operations.tsv", "extra.tsv"):
        with open(f"{project}/mock/spec/{name}", encoding="utf-8") as file:
            heads = file.readline().rstrip("\n").split("\t")
            for line in file:
                row = dict(zip(heads, line.rstrip("\n").split("\t")))
                operations[row["method"], row["path"]] = row["response"]
    return {name: to_draft4(one) for name, one in schemas.items()}, operations


def main(program, project):
    definitions, operations = load(project)
    facts = Resource(contents={"definitions": definitions}, specification=DRAFT4)
    registry = Registry().with_resource("urn:facts", facts)
    formats = FormatChecker(FORMATS)
    lines = subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines()
    bad = 0
    for line in lines:
        method, path, query, body = line.split("\t", 3)
        schema = {"$ref": "urn:facts#/definitions/" + escape(operations[method, path])}
        judge = Draft4Validator(schema, registry=registry, format_checker=formats)
        error = best_match(judge.iter_errors(json.loads(body)))
        if error:
            bad += 1
            where = "/".join(str(part) for part in error.absolute_path)
            print(f"{method} {path}?{query}: {where}: {error.message[:200]}")
    print(f"{len(lines) - bad} of {len(lines)} answers fit their schema")
    return 1 if bad or not lines else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
