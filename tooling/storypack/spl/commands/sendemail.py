"""sendemail: results as mail. Search Reference: "sendemail"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind, options
from storypack.spl.commands.plain import plain, same_filled

plain(
    CommandFacts(
        "sendemail",
        Kind.DATASET,
        "",
        options(
            "to:string from:string cc:string bcc:string subject:string format:csv|table|raw inline:bool sendcsv:bool "
            "sendpdf:bool sendpng:bool sendresults:bool sendtestemail:bool paperorientation:portrait|landscape "
            "papersize:string priority:string server:string graceful:bool content_type:html|plain "
            "width_sort_columns:bool "
            "use_ssl:bool use_tls:bool pdfview:string footer:string message:string maxinputs:int "
            "allow_empty_attachment:bool"
        ),
        risky=True,
    ),
    filled=same_filled,
)
