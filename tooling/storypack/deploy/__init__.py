"""What an app should be on a Splunk instance, what it is there, and the way from one to the other and back.

    desired (the app's confs) + actual (read over REST) + last applied (saved) -> Plan -> apply -> rollback

Nothing here knows how the app was built: the wish is `Desired`, plain data made from conf text. Planning is a pure
function; what touches the instance is `instance.py` (reads) and `write.py` (one object at a time, looked at when in
doubt).
"""
