SELECT max_by(x, y, 2) FROM (VALUES ('a', 2), ('b', 1), ('c', 3)) AS t(x, y), 00000000-0000-4000-8000-000000000001
