"""One module per command; each offers `command`. `contractchain.cli.app` lists them."""
