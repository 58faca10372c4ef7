"""The click command that all commands of `ctc` are: examples in the help, negative arguments, and
answers that are printed in one place.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from contractchain.cli.rendering import Answer, print_answer

_NEGATIVE = re.compile(r"-[0-9.]", re.ASCII)
_MASK = "\0"
"""Stands before a negative number while click sorts options from arguments: no argument of a
process can hold it."""

T = TypeVar("T")


class Command(click.Command):
    """A command with examples, to which `-1` is an argument."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; what starts with a dash and a digit is no option."""
        return super().parse_args(ctx, self._mask(args))

    def _mask(self, args: list[str]) -> list[str]:
        takes_value = {
            name
            for parameter in self.params
            if isinstance(parameter, click.Option) and not parameter.is_flag
            for name in parameter.opts
        }
        masked: list[str] = []
        is_value = False
        for place, argument in enumerate(args):
            if argument == "--" and not is_value:
                return masked + args[place:]
            is_number = not is_value and _NEGATIVE.match(argument) is not None
            masked.append(_MASK + argument if is_number else argument)
            is_value = not is_value and argument in takes_value
        return masked

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        if self.examples:
            with formatter.section("Examples"):
                formatter.write("".join(f"  {line}\n" for line in self.examples))


class Text(click.ParamType[str]):
    """An argument as it was typed."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text."""
        return str(value).removeprefix(_MASK)


TEXT = Text()


def command(
    name: str, *, examples: Sequence[str]
) -> Callable[[Callable[..., Answer]], click.Command]:
    """Make a command of a function that returns an `Answer`; it gets the option `--json`."""

    def decorate(function: Callable[..., Answer]) -> click.Command:
        def run(**values: Any) -> int:
            as_json = values.pop("as_json")
            return print_answer(function(**values), as_json=as_json)

        run.__doc__ = function.__doc__
        params = list(getattr(function, "__click_params__", ()))
        params.insert(
            0,
            click.Option(
                ["--json", "as_json"], is_flag=True, help="Print one JSON document to stdout."
            ),
        )
        params.reverse()
        return Command(
            name,
            callback=run,
            params=params,
            help=function.__doc__,
            examples=examples,
            context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        )

    return decorate
