"""A sample of mutants: the rehearsal predicts what a real run is denied. `mutations.py` tries them all."""

import os
import random
import time
import unittest

import mutations

MUTANTS = 10


class Mutations(unittest.TestCase):
    def test_what_is_predicted_is_what_a_run_meets(self):
        seed = int(os.environ.get("SEKISHO_SEED", time.time()))
        every = [mutant for example in mutations.EXAMPLES for mutant in mutations.mutants(example)]
        self.assertGreater(len(every), 100)
        outcomes, differing = mutations.measure(random.Random(seed).sample(every, MUTANTS))
        print(f"{MUTANTS} of {len(every)} mutants, seed {seed}: {outcomes}")
        self.assertEqual(differing, [])


if __name__ == "__main__":
    unittest.main()
