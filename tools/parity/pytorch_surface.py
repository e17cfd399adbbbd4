"""Writes tools/parity/pytorch-surface.json: the public names of the installed PyTorch, and how each is called.

python3 tools/parity/pytorch_surface.py

Signatures are text, as in Python: "input, dim, *, keepdim=False"; an overloaded function has several, and where the
package does not tell, there is none. Of Tensor's methods it also says which are differentiable.
"""

import inspect
import json
import pathlib
import re
import sys
import types
import unittest

import torch
import torch.distributions
import torch.optim.swa_utils
import torch.utils.checkpoint
from torch.nn import functional
from torch.nn.utils import parametrizations, parametrize, prune, rnn, stateless

# PyTorch's table of operations imports this package, which is not installed; an empty one is enough.
stub = types.ModuleType("expecttest")
stub.TestCase, stub.assert_expected_inline, stub.ACCEPT = unittest.TestCase, None, False
sys.modules.setdefault("expecttest", stub)
from torch.testing._internal.common_methods_invocations import op_db  # noqa: E402

FILE = pathlib.Path(__file__).with_name("pytorch-surface.json")
HEADER = pathlib.Path(torch.__file__).parent / "include/torch/csrc/autograd/generated/Functions.h"

# In `dir(torch)` without being PyTorch's: typing's, and what loops left behind.
STRAY = {"Callable", "Set", "Union", "candidate", "obj"}
CLASSES = ["Generator", "autocast", "enable_grad", "finfo", "iinfo", "inference_mode", "no_grad", "set_grad_enabled"]
MODULES_OF_NN = ["Module", "Parameter"]
AUTOGRAD = [
    *["Function", "backward", "detect_anomaly", "enable_grad", "grad", "gradcheck", "gradgradcheck"],
    *["inference_mode", "no_grad", "set_detect_anomaly", "set_grad_enabled"],
]


def default_text(value):
    if isinstance(value, torch.dtype):
        return str(value)
    if value is None or isinstance(value, (bool, int, float, str, tuple, list)):
        return repr(value)
    return "..."


def joined(parameters):
    """Text of (name, prefix, keyword only, default or None)."""
    parts, starred = [], False
    for name, prefix, keyword, default in parameters:
        if keyword and not starred:
            parts.append("*")
        starred = starred or keyword or prefix == "*"
        parts.append(prefix + name + ("" if default is None else f"={default}"))
    return ", ".join(parts)


def from_python(function):
    """Of a function written in Python; None where there is nothing to inspect."""
    if "boolean_dispatch" in getattr(function, "__qualname__", ""):
        function = inspect.getclosurevars(function).nonlocals["if_false"]
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    prefixes = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return joined(
        (
            p.name,
            prefixes.get(p.kind, ""),
            p.kind == inspect.Parameter.KEYWORD_ONLY,
            None if p.default is inspect.Parameter.empty or "required" in repr(p.default) else default_text(p.default),
        )
        for p in signature.parameters.values()
    )


def argument_default(argument):
    if not argument.has_default_value():
        return None
    # Data types are numbers there, and what they stand for is decided later.
    return "None" if argument.name == "dtype" else default_text(argument.default_value)


def from_schemas(name):
    """Of an operator: all overloads but those that write into `out`, name their axes, or are only TorchScript's."""
    found = []
    for schema in torch._C._jit_get_schemas_for_operator(f"aten::{name}"):
        arguments = schema.arguments
        kinds = [str(a.type) for a in [*arguments, *schema.returns]]
        by_name = any(a.name == "names" or "dim" in a.name and "str" in str(a.type) for a in arguments)
        scripts = any(a.name in ("a", "b", "t", "reverse") for a in arguments)
        if any(a.is_out for a in arguments) or by_name or scripts or not any("Tensor" in kind for kind in kinds):
            continue
        text = joined((a.name, "", a.kwarg_only, argument_default(a)) for a in arguments)
        if text not in found:
            found.append(text)
    return found


def signatures(holder, name, prefix=""):
    value = getattr(holder, name)
    if isinstance(value, type):
        text = from_python(value)
        return [] if text is None else [text]
    python = isinstance(value, types.FunctionType)
    text = from_python(value) if python else None
    return [text] if text is not None else from_schemas(prefix + name)


def module(holder, names, prefix=""):
    return {name: signatures(holder, name, prefix) for name in sorted(set(names))}


def public(holder, keep=callable):
    return [name for name in dir(holder) if not name.startswith("_") and keep(getattr(holder, name))]


def functions(holder):
    """Documented functions that are not imported from elsewhere in Python."""

    def keep(value):
        home = getattr(value, "__module__", None)
        is_function = callable(value) and not isinstance(value, (type, types.ModuleType)) and value.__doc__
        return is_function and home not in ("typing", "torch._jit_internal", "warnings", "torch.overrides")

    return public(holder, keep)


def own(holder, base=object):
    """Classes and functions that a Python module defines."""

    def keep(value):
        here = getattr(value, "__module__", None) == holder.__name__
        return here and (issubclass(value, base) if isinstance(value, type) else isinstance(value, types.FunctionType))

    return public(holder, keep)


def nn_functional():
    def keep(value):
        home = getattr(value, "__module__", None)
        dispatched = home == "torch._jit_internal" and value.__name__ == "fn"
        return dispatched or home == functional.__name__ or isinstance(value, types.BuiltinFunctionType)

    return public(functional, lambda value: callable(value) and not isinstance(value, type) and keep(value))


def tensor_methods():
    methods = {}
    for name in public(torch.Tensor, lambda value: True):
        value = inspect.getattr_static(torch.Tensor, name)
        if not callable(getattr(torch.Tensor, name)) or isinstance(value, property):
            methods[name] = []
            continue
        texts = signatures(torch.Tensor, name)
        methods[name] = [re.sub(r"^(self|input)(, |$)", "", text) for text in texts if re.match(r"(self|input)\b", text)]
    return methods


def differentiable(methods):
    """Those that the table of operations says to have gradients, or that a gradient function is generated for."""
    table = {}
    for op in op_db:
        for name in [op.name, *(alias.name for alias in op.aliases)]:
            table[name] = table.get(name, False) or op.supports_autograd
    generated = set(re.findall(r"struct TORCH_API (\w+?)Backward\d* ", HEADER.read_text()))
    camel = {name: "".join(part.capitalize() for part in name.split("_")) for name in methods}
    return [name for name in methods if not name.endswith("_") and table.get(name, camel[name] in generated)]


def layers():
    return public(torch.nn, lambda value: isinstance(value, type) and issubclass(value, torch.nn.Module))


def distributions():
    return [name for name in torch.distributions.__all__ if callable(getattr(torch.distributions, name))]


def surface():
    methods = tensor_methods()
    graph, forward = torch.autograd.graph, torch.autograd.forward_ad
    utils = {name: getattr(torch.nn.utils, name).__module__ for name in public(torch.nn.utils)}
    return {
        "version": re.match(r"\d+\.\d+", torch.__version__)[0],
        "differentiable": differentiable(methods),
        "modules": {
            "torch": module(torch, [name for name in functions(torch) if name not in STRAY] + CLASSES),
            "torch.Tensor": methods,
            "torch.linalg": module(torch.linalg, functions(torch.linalg), "linalg_"),
            "torch.fft": module(torch.fft, functions(torch.fft), "fft_"),
            "torch.special": module(torch.special, functions(torch.special), "special_"),
            "torch.nn": module(torch.nn, [*layers(), *MODULES_OF_NN]),
            "torch.nn.functional": module(functional, nn_functional()),
            "torch.nn.init": module(torch.nn.init, own(torch.nn.init)),
            "torch.nn.utils": module(torch.nn.utils, utils),
            "torch.nn.utils.parametrizations": module(parametrizations, own(parametrizations)),
            "torch.nn.utils.parametrize": module(parametrize, own(parametrize)),
            "torch.nn.utils.prune": module(prune, own(prune)),
            "torch.nn.utils.rnn": module(rnn, own(rnn)),
            "torch.nn.utils.stateless": module(stateless, own(stateless)),
            "torch.optim": module(torch.optim, public(torch.optim, lambda value: isinstance(value, type))),
            "torch.optim.lr_scheduler": module(torch.optim.lr_scheduler, own(torch.optim.lr_scheduler)),
            "torch.optim.swa_utils": module(torch.optim.swa_utils, own(torch.optim.swa_utils)),
            "torch.distributions": module(torch.distributions, distributions()),
            "torch.autograd": module(torch.autograd, AUTOGRAD),
            "torch.autograd.functional": module(torch.autograd.functional, own(torch.autograd.functional)),
            "torch.autograd.forward_ad": module(forward, own(forward)),
            "torch.autograd.graph": module(graph, own(graph)),
            "torch.utils.checkpoint": module(torch.utils.checkpoint, ["checkpoint", "checkpoint_sequential"]),
        },
    }


def main():
    text = json.dumps(surface(), indent=1)
    # A line for each name.
    text = re.sub(r"\[\n\s+([^\]]*?)\n\s+\]", lambda match: "[" + re.sub(r",\n\s+", ", ", match[1]) + "]", text)
    FILE.write_text(text + "\n")


if __name__ == "__main__":
    main()
