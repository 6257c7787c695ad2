"""Where a link leads is what the standard library says, however it is found."""

from __future__ import annotations

from urllib.parse import urlsplit

from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.text.links import link_target

links = st.builds(
    str.__add__,
    st.sampled_from(("http://", "https://", "HTTP://", "ftp://", "http:", "//", "")),
    st.text(st.sampled_from("wxA.1:/?#[]@%-_~!$&'()*+,;=\\ \t\n|é<>\"`{}^"), max_size=20),
)


@given(links)
@example("https://WWW.Example.org/Path/?utm_source=x#top")
@example("http://[::1]:80/a")
def test_a_link_leads_to_its_host_and_path(url: str) -> None:
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
    except ValueError:
        assert link_target(url) == url
    else:
        assert link_target(url) == parts.netloc.lower().removeprefix("www.") + parts.path.rstrip("/")
