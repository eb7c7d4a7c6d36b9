"""Print uv.lock as pip constraints, so that uv and pip install the same versions.

Runs on the bare Python of a new machine: the standard library only.
"""

import tomllib
from pathlib import Path

lock = tomllib.loads((Path(__file__).parents[1] / "uv.lock").read_text())
versions = {}
for package in lock["package"]:
    if "registry" in package["source"]:
        versions.setdefault(package["name"], set()).add(package["version"])
# a package locked at several versions is told apart by markers: leave it to the resolver
for name, found in sorted(versions.items()):
    if len(found) == 1:
        print(f"{name}=={found.pop()}")
