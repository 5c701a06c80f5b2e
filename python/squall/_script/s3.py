"""Objects of an S3 bucket as the items of data pools."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from squall._script.rows import Rows


def s3_objects(
    bucket: str,
    prefix: str = "",
    *,
    access_key_id: str | None = None,
    secret_access_key: str | None = None,
    endpoint_url: str | None = None,
    region: str | None = None,
    encoding: str = "utf-8",
) -> Rows:
    """Reads the objects of a bucket, page by page; needs boto3 (`pip install 'squall[s3]'`).

    Each is a tuple of its key and its content as text.

    Args:
        bucket: Name of the bucket.
        prefix: Takes only objects whose keys begin like this.
        access_key_id: Default: as boto3 finds it (environment, profile, role).
        secret_access_key: Default: as boto3 finds it.
        endpoint_url: Of a service that speaks S3; default: Amazon's.
        region: Default: as boto3 finds it.
        encoding: Of the objects.

    Raises:
        ImportError: boto3 is not installed; while objects are read.
    """

    def read() -> Iterator[Any]:
        client = _boto3().client(
            "s3",
            aws_access_key_id=access_key_id,
            aws_secret_access_key=secret_access_key,
            endpoint_url=endpoint_url,
            region_name=region,
        )
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for entry in page.get("Contents", ()):
                body = client.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
                yield entry["Key"], body.decode(encoding)

    return Rows(f"s3://{bucket}/{prefix}", read)


def _boto3() -> Any:
    try:
        import boto3  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError as error:
        raise ImportError("`s3_objects` needs boto3: pip install 'squall[s3]'") from error
    return boto3
