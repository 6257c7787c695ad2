"""The table ``[console]``: where the console answers, and to whom."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, SecretStr, field_validator

from pipeline.sections import Section, split_words

MIN_TOKEN_CHARS: Final = 16


class ConsoleSection(Section):
    """`turfwatch console`, which shows incidents in a browser."""

    host: str = Field("127.0.0.1", min_length=1, description="address on which it answers; any other asks for a token")
    port: int = Field(6068, ge=0, le=65_535, description="port of it; 0 for any that is free")
    token: SecretStr | None = Field(None, description="what opens it, at least 16 characters")
    hosts: tuple[str, ...] = Field((), description="names by which browsers may ask for it, besides those of loopback")
    secure_cookies: bool = Field(default=False, description="send cookies by https alone, behind a proxy with TLS")
    session_hours: float = Field(12.0, gt=0, le=720, description="hours until a browser has to give the token again")
    language: Literal["en", "de"] = Field("en", description="language where a browser asks for neither: en, de")
    pseudonyms: bool = Field(default=False, description="show pseudonyms in place of accounts")
    most_events: int = Field(
        20_000, ge=100, le=1_000_000, description="events of incidents that are kept in memory; what is over goes first"
    )

    @field_validator("token")
    @classmethod
    def _token_is_long(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and len(token.get_secret_value()) < MIN_TOKEN_CHARS:
            raise ValueError(f"needs at least {MIN_TOKEN_CHARS} characters")
        return token

    @field_validator("hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Take a list as a variable holds it: words separated by commas."""
        return split_words(value)
