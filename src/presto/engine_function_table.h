/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_function_table: functions of the engine that a rewritten statement calls besides those that rows of
 * function_table.h name: operators, and what the rewriter writes itself. The gate lets nothing else pass.
 */
/* clang-format off */
ENGINE("!~~") ENGINE("%") ENGINE("&") ENGINE("*") ENGINE("+") ENGINE("-") ENGINE("/") ENGINE("//")
ENGINE(">>") ENGINE("|") ENGINE("||") ENGINE("~") ENGINE("~~")
ENGINE("array_extract") ENGINE("struct_extract") ENGINE("list_value") ENGINE("struct_pack") ENGINE("map")
ENGINE("cardinality") ENGINE("cast_to_type") ENGINE("count_star") ENGINE("date_diff") ENGINE("date_part") ENGINE("date_sub") ENGINE("date_trunc")
ENGINE("exp") ENGINE("ceil") ENGINE("floor") ENGINE("generate_series") ENGINE("greatest") ENGINE("least") ENGINE("left") ENGINE("len") ENGINE("length") ENGINE("octet_length")
ENGINE("like_escape") ENGINE("not_like_escape")
ENGINE("list_filter") ENGINE("list_reduce") ENGINE("list_reverse") ENGINE("list_sort") ENGINE("list_transform")
ENGINE("list_zip") ENGINE("ln") ENGINE("ltrim") ENGINE("rtrim") ENGINE("trim")
ENGINE("map_concat") ENGINE("map_entries") ENGINE("map_from_entries") ENGINE("map_keys")
ENGINE("md5") ENGINE("sha1") ENGINE("sha256") ENGINE("millisecond")
ENGINE("random") ENGINE("regexp_extract_all") ENGINE("regexp_replace") ENGINE("replace") ENGINE("reverse") ENGINE("row")
ENGINE("strftime") ENGINE("strpos") ENGINE("strptime") ENGINE("string_agg")
ENGINE("to_days") ENGINE("to_hours") ENGINE("to_json") ENGINE("to_microseconds") ENGINE("to_milliseconds")
ENGINE("to_minutes") ENGINE("to_months") ENGINE("to_seconds") ENGINE("to_weeks") ENGINE("to_years")
ENGINE("get_current_timestamp") ENGINE("current_timestamp") ENGINE("current_date") ENGINE("localtimestamp")
ENGINE("current_localtimestamp") ENGINE("current_localtime") ENGINE("localtime") ENGINE("trunc")
ENGINE("unhex") ENGINE("unnest") ENGINE("url_decode") ENGINE("is_distinct_from")
ENGINE("first_value") ENGINE("last_value") ENGINE("nth_value") ENGINE("lag") ENGINE("lead") ENGINE("list") ENGINE("count")
ENGINE("coalesce") ENGINE("nullif")
