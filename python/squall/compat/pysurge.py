"""pysurge's names: `from squall.compat.pysurge import TestCase`.

Test classes written for pysurge run after changing the import, their configurations as they are:
`squall run config.yaml -d 5m`. What is different is said on the page about migrating from pysurge.
"""

from squall.testcase import TestCase

__all__ = ["TestCase"]
