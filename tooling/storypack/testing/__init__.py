"""A pack's searches run on the events of their tests: a pack goes in, results come out, nothing is printed.

plan_tests(pack)  -> the tests, in the order of the files
run_test(...)     -> one of them, in this process
run_tests(...)    -> all of them, in as many processes as asked for
"""
