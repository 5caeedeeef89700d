"""The exit codes of every command, in one place. A command returns one of them."""

OK = 0
FAILED = 1  # the pack has errors, or a test failed
USAGE = 2  # wrong usage, or something is wrong with the environment (a file, a server, a bug of ours)
PENDING = 3  # 'deploy plan': an apply would change something
PARTLY = 3  # 'hunt': a file could not be read to its end
INTERRUPTED = 130  # Ctrl-C: 128 + SIGINT, as shells expect; so 143 for SIGTERM, 129 for SIGHUP
BROKEN_PIPE = 141  # the reader went away (`| head`): 128 + SIGPIPE
