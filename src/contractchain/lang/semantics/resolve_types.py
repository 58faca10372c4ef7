"""From types as they are written to semantic types."""

from fractions import Fraction
from functools import cache

from contractchain.lang import ast
from contractchain.lang.semantics.constants import ConstantEvaluator
from contractchain.lang.semantics.context import Context, declared_here
from contractchain.lang.semantics.paths import resolve_path
from contractchain.lang.semantics.scopes import Scope
from contractchain.lang.semantics.symbols import (
    ContractSymbol,
    EnumSymbol,
    StructSymbol,
    ValueTypeSymbol,
)
from contractchain.lang.semantics.types import (
    ADDRESS,
    ADDRESS_PAYABLE,
    BOOL,
    UNKNOWN,
    ArrayType,
    BytesType,
    ContractType,
    EnumType,
    FixedBytesType,
    FunctionType,
    FunctionTypeKind,
    IntegerType,
    MappingType,
    StringType,
    StructType,
    Type,
    UserDefinedValueType,
)

_STORAGE = ast.DataLocation.STORAGE
_TYPE_WORDS = ("uint256", "uint8", "int256", "address", "bool", "string", "bytes", "bytes32")
"""Types that are suggested for names that mean nothing."""
_MAX_LENGTH = 1 << 256


@cache
def elementary_type(name: str) -> Type | None:
    """Return the type with the keyword `name`; byte sequences are in storage."""
    match name:
        case "bool":
            return BOOL
        case "address":
            return ADDRESS
        case "string":
            return StringType(_STORAGE, False)
        case "bytes":
            return BytesType(_STORAGE, False)
    if name.startswith("bytes"):
        return FixedBytesType(int(name[5:]))
    for prefix, is_signed in (("uint", False), ("int", True)):
        if name.startswith(prefix):
            return IntegerType(int(name[len(prefix) :] or "256"), is_signed)
    return None


class TypeResolver:
    """Resolves type names."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.constants = ConstantEvaluator(context)

    def resolve(self, node: ast.TypeName, scope: Scope) -> Type:
        """Return the type that `node` means in `scope`; reference types are in storage."""
        out = self._resolve(node, scope)
        self._context.analysis.types[node.node_id] = out
        return out

    def _resolve(self, node: ast.TypeName, scope: Scope) -> Type:
        match node:
            case ast.ElementaryTypeName():
                return self._resolve_elementary(node)
            case ast.UserDefinedTypeName():
                return self._resolve_user_defined(node, scope)
            case ast.ArrayTypeName():
                return self._resolve_array(node, scope)
            case ast.MappingTypeName():
                return self._resolve_mapping(node, scope)
            case ast.FunctionTypeName():
                return self._resolve_function(node, scope)
        return UNKNOWN

    def _resolve_elementary(self, node: ast.ElementaryTypeName) -> Type:
        if node.is_payable:
            return ADDRESS_PAYABLE
        found = elementary_type(node.name)
        if found is None:
            self._context.unimplemented("fixed point numbers are not supported", node.span)
            return UNKNOWN
        return found

    def _resolve_user_defined(self, node: ast.UserDefinedTypeName, scope: Scope) -> Type:
        found = resolve_path(self._context, node.path, scope, also=_TYPE_WORDS)
        if not found:
            return UNKNOWN
        match found[0]:
            case StructSymbol() as struct:
                return StructType(struct, _STORAGE, False)
            case EnumSymbol() as enum:
                return EnumType(enum)
            case ValueTypeSymbol() as value_type:
                return UserDefinedValueType(value_type)
            case ContractSymbol() as contract:
                if contract.is_library:
                    self._context.type_error(
                        1130, f"the library `{contract.name}` is no type of a value", node.span
                    )
                    return UNKNOWN
                return ContractType(contract)
        self._context.type_error(
            5172,
            f"`{node.path.text}` is not a type",
            node.span,
            notes=declared_here(found[0]),
        )
        return UNKNOWN

    def _resolve_array(self, node: ast.ArrayTypeName, scope: Scope) -> Type:
        base = self.resolve(node.base, scope)
        if base is UNKNOWN:
            return UNKNOWN
        length: int | None = None
        if node.length is not None:
            length = self.array_length(node.length, scope)
            if length is None:
                return UNKNOWN
        return ArrayType(base, length, _STORAGE, False)

    def array_length(self, node: ast.Expression, scope: Scope) -> int | None:
        """Return the number of elements that `node` gives, or `None` after reporting a fault."""
        faults = len(self._context.analysis.diagnostics)
        value = self.constants.evaluate(node, scope)
        if value is None and len(self._context.analysis.diagnostics) > faults:
            return None
        if value is None:
            self._context.type_error(
                5462,
                "the length of an array must be a literal or a constant",
                node.span,
                hint="use a dynamic array `T[]` for a length that is known only later",
            )
            return None
        return self._check_length(value.value, node)

    def _check_length(self, value: Fraction, node: ast.Expression) -> int | None:
        if value.denominator != 1:
            self._context.type_error(3208, "the length of an array must be whole", node.span)
            return None
        length = value.numerator
        if length == 0:
            self._context.type_error(1406, "the length of an array cannot be zero", node.span)
        elif length < 0:
            self._context.type_error(3658, "the length of an array cannot be negative", node.span)
        elif length >= _MAX_LENGTH:
            self._context.type_error(1847, "the array is longer than 2**256 - 1", node.span)
        else:
            return length
        return None

    def _resolve_mapping(self, node: ast.MappingTypeName, scope: Scope) -> Type:
        key = self.resolve(node.key, scope)
        value = self.resolve(node.value, scope)
        self._check_mapping_names(node)
        if isinstance(key, (StringType, BytesType)):
            key = key.at(ast.DataLocation.MEMORY)
        elif isinstance(key, (StructType, ArrayType, MappingType, FunctionType)):
            self._context.type_error(
                7804,
                f"`{key.describe()}` cannot be the key of a mapping",
                node.key.span,
                hint="keys are elementary types, enums, contracts and user-defined value types",
            )
            return UNKNOWN
        if key is UNKNOWN or value is UNKNOWN:
            return UNKNOWN
        return MappingType(key, value, node.key_name, node.value_name)

    def _check_mapping_names(self, node: ast.MappingTypeName) -> None:
        """Report a name that is used twice along a nested mapping."""
        seen = {node.key_name} if node.key_name else set()
        if node.value_name and node.value_name in seen:
            self._report_mapping_name(node.value_name, node)
        inner = node.value
        while isinstance(inner, ast.MappingTypeName):
            if inner.key_name and inner.key_name in seen:
                self._report_mapping_name(inner.key_name, inner)
            seen.add(inner.key_name)
            if inner.value_name and inner.value_name in seen:
                self._report_mapping_name(inner.value_name, inner)
            inner = inner.value

    def _report_mapping_name(self, name: str, node: ast.MappingTypeName) -> None:
        self._context.declaration_error(
            1809, f"the mapping names two things `{name}`", node.key_name_span
        )

    def _resolve_function(self, node: ast.FunctionTypeName, scope: Scope) -> Type:
        visibility = node.visibility or ast.Visibility.INTERNAL
        is_external = visibility is ast.Visibility.EXTERNAL
        if visibility not in (ast.Visibility.INTERNAL, ast.Visibility.EXTERNAL):
            self._context.type_error(6012, "a function type is `internal` or `external`", node.span)
        if not is_external and node.mutability is ast.StateMutability.PAYABLE:
            self._context.type_error(7415, "only external function types can be payable", node.span)
        parameters = self._resolve_list(node.parameters, scope, is_external=is_external)
        returns = self._resolve_list(node.returns, scope, is_external=is_external)
        for item in node.returns.parameters if node.returns is not None else ():
            if item.name:
                self._context.syntax_error(
                    7304, "a value returned by a function type has no name", item.span
                )
        return FunctionType(
            kind=FunctionTypeKind.EXTERNAL if is_external else FunctionTypeKind.INTERNAL,
            parameters=parameters,
            returns=returns,
            mutability=node.mutability,
        )

    def _resolve_list(
        self, node: ast.ParameterList | None, scope: Scope, *, is_external: bool
    ) -> tuple[Type, ...]:
        out: list[Type] = []
        for item in node.parameters if node is not None else ():
            resolved = self.resolve(item.type_name, scope)
            location = item.location
            if resolved.is_reference or isinstance(resolved, MappingType):
                if location is None:
                    self._report_location(item)
                    location = ast.DataLocation.MEMORY
                if is_external and location is _STORAGE:
                    self._report_location(item)
                resolved = resolved.at(location)
            elif location is not None:
                self._report_needless_location(item)
            if is_external and resolved is not UNKNOWN and resolved.abi_type is None:
                self._context.type_error(
                    2582, "an external function type uses an internal type", item.span
                )
            out.append(resolved)
        return tuple(out)

    def _report_location(self, item: ast.VariableDeclaration) -> None:
        self._context.type_error(
            6651,
            "this parameter needs a data location",
            item.span,
            hint="write `memory` or `calldata` after the type",
        )

    def _report_needless_location(self, item: ast.VariableDeclaration) -> None:
        self._context.type_error(
            6651,
            "only arrays, structs, mappings, `bytes` and `string` have a data location",
            item.span,
            hint=f"leave out `{item.location.value if item.location else ''}`",
        )
