"""Test cases: where they are written (`config`, `entries`), what becomes of them (`lower`), one test (`run`)."""
