"""lua_script: a .lua file as a C++ header with one constant, so that scripts live in files of their own."""

load("@rules_cc//cc:defs.bzl", "cc_library")

def lua_script(name, src, namespace, **kwargs):
    """Makes NAME.lua.h with `inline constexpr char k<Name>Lua[]` in the namespace.

    Args:
      name: the cc_library; update_session gives kUpdateSessionLua.
      src: the .lua file.
      namespace: of the constant.
      **kwargs: for the cc_library.
    """
    constant = "k" + "".join([word.capitalize() for word in name.split("_")]) + "Lua"
    native.genrule(
        name = name + "_gen",
        srcs = [src],
        outs = [name + ".lua.h"],
        cmd = "(echo '#pragma once'; echo 'namespace %s {'; echo 'inline constexpr char %s[] = R\"lua('; " % (namespace, constant) +
              "cat $<; echo ')lua\";'; echo '}') > $@",
    )
    cc_library(
        name = name,
        hdrs = [name + ".lua.h"],
        **kwargs
    )
