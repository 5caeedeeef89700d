"""stub"""


def needle_sql(terms, origin, fields):
    return ""
