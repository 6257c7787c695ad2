import assert from "node:assert/strict";
import { test } from "node:test";

import { gather, stack, width } from "../src/bins.js";
import { cell, csv } from "../src/csv.js";

test("a bin is the least that leaves no more bars than there is room for", () => {
  assert.equal(width(60, 160), 1);
  assert.equal(width(3120, 160), 30);
  assert.equal(width(10_000_000, 10), 1_000_000);
});

test("posts are summed in bins, and bins without a post are left out", () => {
  const rows = [[0, 1, 0, 2], [4, 2, 1, 0], [61, 5, 0, 0]];

  assert.deepEqual(gather(rows, 5), [[0, 3, 1, 2], [60, 5, 0, 0]]);
});

test("labels that would cover each other go to another row, and are left out where there is none", () => {
  assert.deepEqual(stack([0, 10, 20, 200], [50, 50, 50, 50], 2), [0, 1, -1, 0]);
});

test("no cell is a formula", () => {
  for (const text of ["=1+1", "+1", "-1", "@x", "\tx", " =1"]) assert.match(cell(text), /^"?'/);
  assert.equal(cell(-3), "-3");
  assert.equal(cell(null), "");
  assert.equal(cell('a "b", c'), '"a ""b"", c"');
});

test("times are written as everywhere", () => {
  assert.equal(csv(["account", "first_post_at"], [["a", 0], ["b", null]]), "account,first_post_at\r\na,1970-01-01T00:00:00.000Z\r\nb,\r\n");
});
