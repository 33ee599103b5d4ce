"""cc_grpc_library: C++ messages and service stubs by Debian's protoc and grpc_cpp_plugin."""

load("@rules_cc//cc:defs.bzl", "cc_library")

def cc_grpc_library(name, src, imports = [], deps = [], **kwargs):
    """Generates and compiles one .proto file.

    Args:
      name: the cc_library.
      src: the .proto; its path from the workspace root is its import path.
      imports: .proto files of this workspace that src imports.
      deps: the cc_grpc_library of each of those.
      **kwargs: for the cc_library.
    """
    base = src[:-len(".proto")]
    outs = [base + e for e in [".pb.h", ".pb.cc", ".grpc.pb.h", ".grpc.pb.cc"]]
    native.genrule(
        name = name + "_gen",
        srcs = [src] + imports,
        outs = outs,
        cmd = "protoc -I. --cpp_out=$(BINDIR) --grpc_out=$(BINDIR) --plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin $(location %s)" % src,
    )
    cc_library(
        name = name,
        srcs = [o for o in outs if o.endswith(".cc")],
        hdrs = [o for o in outs if o.endswith(".h")],
        deps = deps + ["//third_party:grpcpp"],
        **kwargs
    )
