"""Search Reference: Cryptographic functions. Digests of the text in UTF-8, in lower-case hexadecimal."""

from __future__ import annotations

from collections.abc import Sequence

from storypack.engine.functions.registry import FunctionContext, function
from storypack.engine.functions.shapes import single
from storypack.engine.sql import Kind, Sql


@function("md5", 1)
def md5(args: Sequence[Sql], context: FunctionContext) -> Sql:
    return Sql(f"md5({single(args[0])})", Kind.STRING)


@function("sha1", 1)
def sha1(args: Sequence[Sql], context: FunctionContext) -> Sql:
    return Sql(f"sha1({single(args[0])})", Kind.STRING)


@function("sha256", 1)
def sha256(args: Sequence[Sql], context: FunctionContext) -> Sql:
    return Sql(f"sha256({single(args[0])})", Kind.STRING)


@function("sha512", 1)
def sha512(args: Sequence[Sql], context: FunctionContext) -> Sql:
    return Sql(f"spl_sha512({single(args[0])})", Kind.STRING)
