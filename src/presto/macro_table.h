/* SPDX-License-Identifier: Apache-2.0 */
/*
 * macro_table: functions made of the engine's, where it has none with Presto's values. An expression that a
 * body names more than once is worked out more than once: a let, list_transform([x], lambda y: ...)[1],
 * is the way around where the copies would be many. All are in CREATE MACRO's words:
 *
 * MACRO(name, parameters, body); a second row of the name with other parameters is an overload. A macro
 * stands behind those that it calls.
 */
/* clang-format off */

/* texts */
MACRO("presto_digits_text", "(d)", "(d[1] || '.' || CASE WHEN length(d) > 1 THEN d[2:] ELSE '0' END)")
MACRO("presto_exponent", "(y)",
    "CASE WHEN contains(y, 'e') THEN CAST(split_part(y, 'e', 2) AS INTEGER)"
    " WHEN y LIKE '0.%' THEN -1 - length(regexp_extract(y, '^0[.](0*)', 1))"
    " ELSE length(split_part(y, '.', 1)) - 1 END")
/* t is the engine's text of a double; Java writes 1.0E10 from 1e7 up and below 1e-3. */
MACRO("presto_double_text", "(t)",
    "list_transform([t], lambda y: CASE WHEN y = 'nan' THEN 'NaN' WHEN y = 'inf' THEN 'Infinity' WHEN y = '-inf' THEN '-Infinity'"
    " WHEN CAST(y AS DOUBLE) = 0 OR (abs(CAST(y AS DOUBLE)) >= 1e-3 AND abs(CAST(y AS DOUBLE)) < 1e7) THEN y"
    " ELSE CASE WHEN y LIKE '-%' THEN '-' ELSE '' END || presto_digits_text(trim(replace(regexp_extract(y, '^-?([^e]*)', 1), '.', ''), '0'))"
    " || 'E' || CAST(presto_exponent(ltrim(y, '-')) AS VARCHAR) END)[1]")
MACRO("presto_varchar", "(x)",
    "list_transform([x], lambda y: CASE typeof(y)"
    " WHEN 'VARCHAR' THEN CAST(y AS VARCHAR)"
    " WHEN 'JSON' THEN json_extract_string(CAST(y AS VARCHAR), '$')"
    " WHEN 'DOUBLE' THEN presto_double_text(CAST(y AS VARCHAR))"
    " WHEN 'FLOAT' THEN presto_double_text(CAST(y AS VARCHAR))"
    " WHEN 'TIMESTAMP' THEN strftime(TRY_CAST(CAST(y AS VARCHAR) AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g')"
    " WHEN 'TIMESTAMP WITH TIME ZONE' THEN strftime(TRY_CAST(CAST(y AS VARCHAR) AS TIMESTAMPTZ), '%Y-%m-%d %H:%M:%S.%g') || ' UTC'"
    " ELSE CAST(y AS VARCHAR) END)[1]")
MACRO("presto_whole_text", "(t)", "CASE WHEN regexp_full_match(t, '\\s*[+-]?\\d+\\s*') THEN t ELSE 'not a whole number: ' || t END")
/* No let here, and no error(): an error of an element would come of a CASE's branch that is not taken, too; and
 * TRY takes nothing that is volatile, as error() is. */
MACRO("presto_whole", "(x)",
    "CASE typeof(x) WHEN 'DOUBLE' THEN CAST(round(CAST(x AS DOUBLE)) AS HUGEINT)"
    " WHEN 'FLOAT' THEN CAST(round(CAST(x AS DOUBLE)) AS HUGEINT)"
    " WHEN 'VARCHAR' THEN CAST(presto_whole_text(CAST(x AS VARCHAR)) AS HUGEINT) ELSE CAST(x AS HUGEINT) END")
MACRO("presto_try_whole", "(x)",
    "CASE typeof(x) WHEN 'DOUBLE' THEN TRY_CAST(round(TRY_CAST(x AS DOUBLE)) AS HUGEINT)"
    " WHEN 'FLOAT' THEN TRY_CAST(round(TRY_CAST(x AS DOUBLE)) AS HUGEINT)"
    " WHEN 'VARCHAR' THEN TRY_CAST(presto_whole_text(CAST(x AS VARCHAR)) AS HUGEINT) ELSE TRY_CAST(x AS HUGEINT) END")
MACRO("presto_trim", "(s)", "trim(s, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13))")
MACRO("presto_ltrim", "(s)", "ltrim(s, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13))")
MACRO("presto_rtrim", "(s)", "rtrim(s, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13))")
MACRO("presto_split", "(s, d, n)",
    "list_transform([string_split(s, d)], lambda p: CASE WHEN len(p) <= n THEN p"
    " ELSE list_concat(p[1:n - 1], [array_to_string(p[n:], d)]) END)[1]")
MACRO("presto_split_part", "(s, d, i)", "string_split(s, d)[CASE WHEN i <= 0 THEN CAST('Index must be greater than zero' AS BIGINT) ELSE i END]")
MACRO("presto_split_to_map", "(s, e, k)",
    "map_from_entries(list_transform(list_filter(string_split(s, e), lambda p: p <> ''),"
    " lambda p: struct_pack(key := split_part(p, k, 1), value := p[length(split_part(p, k, 1)) + length(k) + 1:])))")
MACRO("presto_strpos", "(s, n, i)",
    "list_transform([string_split(s, n)], lambda p: CASE WHEN i < 1 THEN CAST('instance must be positive' AS BIGINT) WHEN len(p) <= i THEN 0"
    " ELSE length(array_to_string(p[1:i], n)) + 1 END)[1]")
MACRO("presto_strrpos", "(s, n)",
    "list_transform([string_split(s, n)], lambda p: CASE WHEN len(p) = 1 THEN 0 ELSE length(array_to_string(p[1:len(p) - 1], n)) + 1 END)[1]")
/* left() of nothing: NULL where anything is NULL. */
MACRO("presto_substr", "(s, i)", "CASE WHEN i = 0 OR -i > length(s) THEN left(s, 0) ELSE substr(s, i) END")
MACRO("presto_substr", "(s, i, n)", "CASE WHEN i = 0 OR -i > length(s) OR n <= 0 THEN left(s, 0 * (i + n)) ELSE substr(s, i, n) END")
MACRO("presto_regexp_split", "(s, p)", "CASE WHEN p IS NOT NULL THEN regexp_split_to_array(s, p) END")
MACRO("presto_regexp_position", "(s, p)",
    "CASE WHEN regexp_matches(s, p) THEN length(regexp_extract(s, '^(?s:(.*?))(?:' || p || ')', 1)) + 1 WHEN s IS NULL OR p IS NULL THEN NULL ELSE -1 END")

/* URLs */
MACRO("presto_url_encode", "(s)", "replace(replace(replace(url_encode(s), '%20', '+'), '~', '%7E'), '%2A', '*')")
MACRO("presto_url_protocol", "(u)", "regexp_extract_all(u, '^([A-Za-z][A-Za-z0-9+.-]*):', 1)[1]")
MACRO("presto_url_host", "(u)", "nullif(regexp_extract(u, '^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#:]+)', 1), '')")
MACRO("presto_url_port", "(u)", "CAST(regexp_extract_all(u, '^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?[^/?#:]*:([0-9]+)', 1)[1] AS BIGINT)")
MACRO("presto_url_path", "(u)", "url_decode(regexp_extract(u, '^(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://[^/?#]*)?([^?#]*)', 1))")
MACRO("presto_url_raw_query", "(u)", "coalesce(regexp_extract_all(u, '^[^?#]*[?]([^#]*)', 1)[1], CASE WHEN u IS NULL THEN NULL ELSE '' END)")
MACRO("presto_url_query", "(u)", "url_decode(presto_url_raw_query(u))")
MACRO("presto_url_fragment", "(u)", "url_decode(coalesce(regexp_extract_all(u, '#(.*)$', 1)[1], CASE WHEN u IS NULL THEN NULL ELSE '' END))")
MACRO("presto_url_parameter", "(u, n)",
    "list_transform(list_filter(string_split(presto_url_raw_query(u), '&'), lambda p: url_decode(replace(split_part(p, '=', 1), '+', ' ')) = n),"
    " lambda p: url_decode(replace(p[length(split_part(p, '=', 1)) + 2:], '+', ' ')))[1]")

/* JSON: what is none is NULL */
MACRO("presto_json_extract", "(j, p)", "CASE WHEN json_valid(j) THEN to_json(json_extract(j, p)) END")
MACRO("presto_json_extract_scalar", "(j, p)",
    "CASE WHEN json_valid(j) THEN CASE WHEN json_type(j, p) NOT IN ('OBJECT', 'ARRAY', 'NULL') THEN json_extract_string(j, p) END END")
MACRO("presto_json_size", "(j, p)",
    "CASE WHEN json_valid(j) THEN CASE json_type(j, p) WHEN 'OBJECT' THEN CAST(len(json_keys(j, p)) AS BIGINT) WHEN 'ARRAY' THEN CAST(json_array_length(j, p) AS BIGINT) WHEN NULL THEN NULL ELSE CASE WHEN json_type(j, p) IS NOT NULL THEN 0 END END END")
MACRO("presto_json_array_length", "(j)", "CASE WHEN json_valid(j) THEN CASE WHEN json_type(j) = 'ARRAY' THEN CAST(json_array_length(j) AS BIGINT) END END")
MACRO("presto_json_array_get", "(j, i)",
    "CASE WHEN json_valid(j) THEN CASE WHEN json_type(j) = 'ARRAY' THEN CAST(j AS JSON[])[CASE WHEN i < 0 THEN i ELSE i + 1 END] END END")
MACRO("presto_json_array_contains", "(j, v)",
    "CASE WHEN json_valid(j) THEN CASE WHEN json_type(j) = 'ARRAY' THEN len(list_filter(CAST(j AS JSON[]), lambda e: CAST(e AS VARCHAR) = CAST(to_json(v) AS VARCHAR))) > 0 END END")
MACRO("presto_is_json_scalar", "(j)", "json_type(j) NOT IN ('OBJECT', 'ARRAY')")

/* times */
MACRO("presto_to_iso8601", "(t)",
    "CASE typeof(t) WHEN 'DATE' THEN strftime(t, '%Y-%m-%d') WHEN 'TIMESTAMP' THEN strftime(t, '%Y-%m-%dT%H:%M:%S.%g') ELSE strftime(t, '%Y-%m-%dT%H:%M:%S.%gZ') END")

/* arrays: NULL among the elements is unknown, not absent */
MACRO("presto_any", "(l)",
    "list_transform([l], lambda b: CASE WHEN list_contains(b, true) THEN true WHEN len(list_filter(b, lambda e: e IS NULL)) > 0 THEN NULL WHEN b IS NULL THEN NULL ELSE false END)[1]")
MACRO("presto_all", "(l)",
    "list_transform([l], lambda b: CASE WHEN list_contains(b, false) THEN false WHEN len(list_filter(b, lambda e: e IS NULL)) > 0 THEN NULL WHEN b IS NULL THEN NULL ELSE true END)[1]")
MACRO("presto_contains", "(l, v)",
    "CASE WHEN v IS NULL THEN NULL WHEN list_contains(l, v) THEN true WHEN len(list_filter(l, lambda e: e IS NULL)) > 0 THEN NULL WHEN l IS NULL THEN NULL ELSE false END")
/* Each element once, in the order of their first places. */
MACRO("presto_array_distinct", "(l)",
    "list_transform([l], lambda b: list_filter(b, lambda e, i: (e IS NOT NULL AND list_position(b, e) = i)"
    " OR (e IS NULL AND len(list_filter(b[1:i - 1], lambda f: f IS NULL)) = 0)))[1]")
MACRO("presto_array_union", "(a, b)", "presto_array_distinct(CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE list_concat(a, b) END)")
MACRO("presto_array_except", "(a, b)",
    "presto_array_distinct(CASE WHEN b IS NOT NULL THEN list_filter(a, lambda x: CASE WHEN x IS NULL THEN len(list_filter(b, lambda y: y IS NULL)) = 0 ELSE NOT list_contains(b, x) END) END)")
MACRO("presto_array_intersect", "(a, b)",
    "presto_array_distinct(CASE WHEN b IS NOT NULL THEN list_filter(a, lambda x: CASE WHEN x IS NULL THEN len(list_filter(b, lambda y: y IS NULL)) > 0 ELSE list_contains(b, x) END) END)")
MACRO("presto_arrays_overlap", "(a, b)",
    "CASE WHEN list_has_any(a, b) THEN true WHEN len(a) > 0 AND len(b) > 0 AND (len(list_filter(a, lambda e: e IS NULL)) > 0 OR len(list_filter(b, lambda e: e IS NULL)) > 0) THEN NULL WHEN a IS NULL OR b IS NULL THEN NULL ELSE false END")
MACRO("presto_array_join", "(l, d)", "CASE WHEN d IS NOT NULL THEN array_to_string(list_transform(list_filter(l, lambda e: e IS NOT NULL), lambda e: presto_varchar(e)), d) END")
MACRO("presto_array_join", "(l, d, n)", "CASE WHEN d IS NOT NULL THEN array_to_string(list_transform(l, lambda e: coalesce(presto_varchar(e), n)), d) END")
MACRO("presto_array_max", "(l)", "CASE WHEN len(list_filter(l, lambda e: e IS NULL)) = 0 THEN list_max(l) END")
MACRO("presto_array_min", "(l)", "CASE WHEN len(list_filter(l, lambda e: e IS NULL)) = 0 THEN list_min(l) END")
MACRO("presto_array_position", "(l, v)", "CASE WHEN l IS NULL OR v IS NULL THEN NULL ELSE CAST(coalesce(list_position(l, v), 0) AS BIGINT) END")
MACRO("presto_array_remove", "(l, v)", "CASE WHEN v IS NOT NULL THEN list_filter(l, lambda e: e IS NULL OR e <> v) END")
MACRO("presto_zip", "(a, b)", "CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE list_zip(a, b) END")
MACRO("presto_repeat", "(v, n)", "list_transform(range(CAST(n AS BIGINT)), lambda i: v)")
MACRO("presto_slice", "(l, s, n)",
    "CASE WHEN s = 0 THEN l[CAST('array indices start at 1' AS BIGINT):] WHEN n < 0 THEN l[CAST('length must not be negative' AS BIGINT):]"
    " WHEN -s > len(l) THEN l[1:0] WHEN s < 0 THEN l[len(l) + s + 1:least(len(l) + s + n, len(l))] ELSE l[s:s + n - 1] END")
/* Of several values of a key the first stays. */
MACRO("presto_map_agg", "(l)",
    "list_transform([list_sort(list_transform(l, lambda e, i: struct_pack(key := e.key, i := i, value := e.value)))],"
    " lambda s: map_from_entries(list_transform(list_filter(s, lambda e, i: i = 1 OR e.key IS DISTINCT FROM s[i - 1].key), lambda e: struct_pack(key := e.key, value := e.value))))[1]")
MACRO("presto_multimap_agg", "(l)",
    "map_from_entries(list_transform(list_distinct(list_transform(l, lambda e: e.key)),"
    " lambda k: struct_pack(key := k, value := list_transform(list_filter(l, lambda e: e.key = k), lambda e: e.value))))")

/* numbers: what is out of range is no error */
MACRO("presto_ln", "(x)", "CASE WHEN x = 0 THEN CAST('-inf' AS DOUBLE) WHEN x < 0 THEN CAST('nan' AS DOUBLE) ELSE ln(x) END")
MACRO("presto_log2", "(x)", "CASE WHEN x = 0 THEN CAST('-inf' AS DOUBLE) WHEN x < 0 THEN CAST('nan' AS DOUBLE) ELSE log2(x) END")
MACRO("presto_log10", "(x)", "CASE WHEN x = 0 THEN CAST('-inf' AS DOUBLE) WHEN x < 0 THEN CAST('nan' AS DOUBLE) ELSE log10(x) END")
MACRO("presto_sqrt", "(x)", "CASE WHEN x < 0 THEN CAST('nan' AS DOUBLE) ELSE sqrt(x) END")
MACRO("presto_acos", "(x)", "CASE WHEN abs(x) > 1 THEN CAST('nan' AS DOUBLE) ELSE acos(x) END")
MACRO("presto_asin", "(x)", "CASE WHEN abs(x) > 1 THEN CAST('nan' AS DOUBLE) ELSE asin(x) END")
MACRO("presto_shift_left", "(x, n)", "CAST(((CAST(x AS HUGEINT) * CAST(power(2, n) AS HUGEINT) + 9223372036854775808::HUGEINT) % 18446744073709551616::HUGEINT + 18446744073709551616::HUGEINT) % 18446744073709551616::HUGEINT - 9223372036854775808::HUGEINT AS BIGINT)")
MACRO("presto_bit_count", "(x, n)", "CAST(CASE WHEN x >= 0 THEN bit_count(CAST(x AS BIGINT)) ELSE bit_count(CAST(x AS BIGINT)) - 64 + n END AS BIGINT)")
MACRO("presto_to_base", "(x, b)", "CASE WHEN x < 0 THEN '-' ELSE '' END || lower(to_base(abs(x), CAST(b AS INTEGER)))")
MACRO("presto_from_base", "(s, b)",
    "CASE WHEN s IS NOT NULL THEN list_reduce(list_prepend(0::HUGEINT, list_transform(string_split(ltrim(lower(s), '-'), ''), lambda c: CAST(strpos('0123456789abcdefghijklmnopqrstuvwxyz', c) - 1 AS HUGEINT))), lambda a, c: a * b + c)"
    " * CASE WHEN s LIKE '-%' THEN -1 ELSE 1 END END")
