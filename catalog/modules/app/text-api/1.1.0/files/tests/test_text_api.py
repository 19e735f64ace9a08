import sys
import unittest

sys.path.insert(0, "/app")
from text_api import count_words, slugify  # noqa: E402


class CountWords(unittest.TestCase):
    def test_counts_regardless_of_case(self):
        self.assertEqual(
            count_words("To be, or not to be"),
            {"words": 6, "distinct": 4, "top": [["be", 2], ["to", 2], ["not", 1], ["or", 1]]})

    def test_empty_text_has_no_words(self):
        self.assertEqual(count_words(" \n"), {"words": 0, "distinct": 0, "top": []})


class Slugify(unittest.TestCase):
    def test_drops_accents_and_punctuation(self):
        self.assertEqual(slugify("Crème brûlée — 2 ways!"), "creme-brulee-2-ways")

    def test_nothing_remains_of_other_scripts(self):
        self.assertEqual(slugify("日本語"), "")


if __name__ == "__main__":
    unittest.main()
