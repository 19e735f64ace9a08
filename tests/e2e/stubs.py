"""Generates Python stubs from the .proto files and imports them."""
import importlib
import subprocess
import sys
import types

SERVICES = ("build", "catalog", "record", "fleet")


def generate(proto_root, out):
    """Returns a namespace with build, build_rpc, catalog, catalog_rpc, … and common."""
    files = sorted(str(path) for path in proto_root.glob("lif/v1/*.proto"))
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", f"-I{proto_root}", "-I/usr/include",
         f"--python_out={out}", f"--grpc_python_out={out}", *files], check=True)
    sys.path.insert(0, str(out))
    found = types.SimpleNamespace(common=importlib.import_module("lif.v1.common_pb2"))
    for service in SERVICES:
        setattr(found, service, importlib.import_module(f"lif.v1.{service}_service_pb2"))
        setattr(found, f"{service}_rpc",
                importlib.import_module(f"lif.v1.{service}_service_pb2_grpc"))
    return found
