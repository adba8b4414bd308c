import Testing
import Varlink

/// Cases of our own in the classes of JSONTestSuite: `y_` must pass, `n_` must not, and of `i_`, which that suite leaves
/// open, the gate has made up its mind.
@Suite("The strict gate and the classes of JSONTestSuite")
struct JSONSuiteTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    var testDescription: String { name }

    init(_ name: String, _ text: String) { (self.name, bytes) = (name, Array(text.utf8)) }
    init(_ name: String, bytes: [UInt8]) { (self.name, self.bytes) = (name, bytes) }
    /// Bytes inside an array of one string.
    init(_ name: String, inString bytes: [UInt8]) { self.init(name, bytes: [0x5B, 0x22] + bytes + [0x22, 0x5D]) }
  }

  private func failure(of bytes: [UInt8]) -> StrictJSON.Failure? {
    do {
      _ = try StrictJSON.parse(bytes)
      return nil
    } catch { return error }
  }

  @Test("passes every y_ case", arguments: passing)
  func passes(_ one: Case) { #expect(failure(of: one.bytes) == nil) }

  @Test("refuses every n_ case", arguments: refused)
  func refuses(_ one: Case) { #expect(failure(of: one.bytes) != nil) }

  @Test("is stricter than JSON where the architecture says so, and names why", arguments: stricter)
  func isStricter(_ one: Case, _ reason: StrictJSON.Reason) { #expect(failure(of: one.bytes)?.reason == reason) }

  @Test("passes numbers of any size, which no reader is made to take", arguments: uncommonNumbers)
  func numbers(_ one: Case) throws {
    let number = try #require(Array(StrictJSON.parse(one.bytes).elements).first)
    #expect(number.integer == nil && (number.double == nil || number.double?.isFinite == true))
  }

  static let passing: [Case] = [
    Case("y_array_empty", "[]"), Case("y_array_of_empty_string", #"[""]"#), Case("y_array_ends_in_newline", "[7]\n"),
    Case("y_array_of_false", "[false]"), Case("y_array_mixed", #"[null, 1, "1", {}, []]"#),
    Case("y_array_of_several_nulls", "[1,null,null,null,2]"), Case("y_array_inner_spaces", "[[]   ]"),
    Case("y_array_leading_space", " [1]"), Case("y_array_trailing_space", "[2] "),
    Case("y_array_in_arrays", "[[[[]]]]"),
    Case("y_number_plain", "[123]"), Case("y_number_zero", "[0]"), Case("y_number_minus_zero", "[-0]"),
    Case("y_number_negative", "[-123]"), Case("y_number_minus_one", "[-1]"), Case("y_number_after_space", "[ 4]"),
    Case("y_number_zero_e", "[0e1]"), Case("y_number_zero_e_plus", "[0e+1]"), Case("y_number_integer_e", "[20e1]"),
    Case("y_number_capital_e", "[1E22]"), Case("y_number_capital_e_minus", "[1E-2]"),
    Case("y_number_capital_e_plus", "[1E+2]"), Case("y_number_fraction", "[123.456]"),
    Case("y_number_fraction_exponent", "[123.456e78]"), Case("y_number_e_leading_zero", "[1e05]"),
    Case("y_number_near_zero", "[-0.000000000000000000000000000000000000000000000000000000000000000000000000001]"),
    Case("y_object_empty", "{}"), Case("y_object_one", #"{"a":1}"#), Case("y_object_empty_key", #"{"":0}"#),
    Case("y_object_two", #"{"asd":"sdf", "dfg":"fgh"}"#),
    Case("y_object_long_strings", #"{"x":[{"id":"xxxxxxxxxxxx"}]}"#),
    Case("y_object_extreme_numbers", #"{"min":-1.0e+28,"max":1.0e+28}"#),
    Case("y_object_newlines", "{\n\"a\": \"b\"\n}"), Case("y_object_unicode_key", #"{"\u0110\u1eb7ng":"x"}"#),
    Case("y_object_keys_differ_in_case", #"{"a":1,"A":1}"#), Case("y_object_escaped_quote_in_key", #"{"\"":1}"#),
    Case("y_string_one_byte_escapes", #"["\"\\\/\b\f\n\r\t"]"#), Case("y_string_escaped_backslash_u", #"["\\u0000"]"#),
    Case("y_string_backslash_and_quote", #"["\\\""]"#), Case("y_string_escaped_control", #"["\u0012"]"#),
    Case("y_string_hex_in_both_cases", #"["\uABcd"]"#), Case("y_string_pair", #"["\uD801\udc37"]"#),
    Case("y_string_two_pairs", #"["\ud83d\ude39\ud83d\udc8d"]"#), Case("y_string_last_pair", #"["\uDBFF\uDFFF"]"#),
    Case("y_string_escaped_noncharacter", #"["\uFDD0\uFFFE\uFFFF"]"#),
    Case("y_string_plain_noncharacter", inString: [0xEF, 0xBF, 0xBF]),
    Case("y_string_private_use", inString: [0xEE, 0x80, 0x80]), Case("y_string_two_bytes", inString: [0xC4, 0x90]),
    Case("y_string_three_bytes", inString: [0xE1, 0xBB, 0x85]),
    Case("y_string_four_bytes", inString: [0xF0, 0x9F, 0x98, 0x80]),
    Case("y_string_last_scalar", inString: [0xF4, 0x8F, 0xBF, 0xBF]), Case("y_string_delete", inString: [0x7F]),
    Case("y_string_line_separators", inString: [0xE2, 0x80, 0xA8, 0xE2, 0x80, 0xA9]),
    Case("y_string_slash", #"["a/b\/c"]"#),
    Case("y_string_comment_inside", #"["a/*b*/c//d"]"#), Case("y_string_bom_inside", inString: [0xEF, 0xBB, 0xBF]),
    Case("y_string_combining_mark_first", inString: [0xCC, 0x81]), Case("y_string_no_break_space", #"["\u00A0"]"#),
    Case("y_string_empty", #""""#), Case("y_string_plain_e_escape", #"["new\u000Aline"]"#),
    Case("y_structure_lonely_false", "false"), Case("y_structure_lonely_true", "true"),
    Case("y_structure_lonely_null", "null"),
    Case("y_structure_lonely_integer", "42"), Case("y_structure_lonely_negative", "-0.1"),
    Case("y_structure_lonely_string", #""asd""#), Case("y_structure_every_space", " \t\n\r[ \t\n\r] \t\n\r"),
    Case("y_structure_32_levels", String(repeating: "[", count: 32) + String(repeating: "]", count: 32)),
  ]

  static let refused: [Case] = [
    Case("n_array_without_commas", "[1 true]"), Case("n_array_colon_for_comma", #"["":1]"#),
    Case("n_array_comma_after_close", #"[""],"#),
    Case("n_array_comma_and_number", "[,1]"), Case("n_array_double_comma", "[1,,2]"),
    Case("n_array_double_extra_comma", #"["x",,]"#),
    Case("n_array_extra_close", #"["x"]]"#), Case("n_array_extra_comma", #"["",]"#), Case("n_array_just_comma", "[,]"),
    Case("n_array_just_minus", "[-]"), Case("n_array_missing_value", "[   , \"\"]"), Case("n_array_star", "[*]"),
    Case("n_array_unclosed", #"[""#), Case("n_array_unclosed_after_number", "[1"),
    Case("n_array_unclosed_after_comma", "[1,"),
    Case("n_array_unclosed_newlines", "[\"a\",\n4\n,1,"), Case("n_array_item_after_close", "[1]2"),
    Case("n_array_closed_as_object", "[1}"),
    Case("n_array_vertical_tab", "[\u{B}1]"), Case("n_array_form_feed_space", "[\u{C}1]"),
    Case("n_array_invalid_utf8", bytes: [0x5B, 0xFF, 0x5D]),
    Case("n_number_plus_plus", "[++1234]"), Case("n_number_plus_one", "[+1]"), Case("n_number_plus_infinity", "[+Inf]"),
    Case("n_number_minus_01", "[-01]"), Case("n_number_minus_two_point", "[-2.]"), Case("n_number_minus_nan", "[-NaN]"),
    Case("n_number_minus_infinity", "[-Infinity]"), Case("n_number_minus_space", "[- 1]"),
    Case("n_number_double_minus", "[--1]"),
    Case("n_number_leading_point", "[.2e-3]"), Case("n_number_zero_point_e", "[0.e1]"),
    Case("n_number_0_3_e", "[0.3e]"),
    Case("n_number_0_3_e_plus", "[0.3e+]"), Case("n_number_0_e", "[0e]"), Case("n_number_0_e_plus", "[0E+]"),
    Case("n_number_1_000", "[1 000.0]"), Case("n_number_1eE2", "[1eE2]"), Case("n_number_2_e_plus_minus", "[2.e-+3]"),
    Case("n_number_two_points", "[1.2.3]"), Case("n_number_inf", "[Inf]"), Case("n_number_nan", "[NaN]"),
    Case("n_number_full_width", "[\u{FF11}]"), Case("n_number_expression", "[1+2]"), Case("n_number_hex", "[0x42]"),
    Case("n_number_hex_one", "[0x1]"), Case("n_number_trailing_letter", "[1a]"),
    Case("n_number_letter_in_exponent", "[1e1a]"),
    Case("n_number_leading_zero", "[012]"), Case("n_number_leading_zeros", "[00]"),
    Case("n_number_underscore", "[1_000]"),
    Case("n_number_invalid_utf8_after", bytes: [0x5B, 0x31, 0xE5, 0x5D]), Case("n_number_arabic_digit", "[\u{661}]"),
    Case("n_object_bad_value", #"["x", truth]"#), Case("n_object_bracket_key", #"{[: "x"}"#),
    Case("n_object_comma_for_colon", #"{"x", null}"#),
    Case("n_object_double_colon", #"{"x"::"b"}"#), Case("n_object_emoji_key", "{\u{1F1E8}}"),
    Case("n_object_garbage_at_end", #"{"a":"a" 123}"#),
    Case("n_object_single_quotes", "{key: 'value'}"), Case("n_object_missing_colon", #"{"a" "b"}"#),
    Case("n_object_missing_key", #"{:"b"}"#),
    Case("n_object_missing_value", #"{"a":"#), Case("n_object_no_colon", #"{"a"}"#),
    Case("n_object_number_key", "{1:1}"),
    Case("n_object_null_key", "{null:null,null:null}"), Case("n_object_several_trailing_commas", #"{"id":0,,,,,}"#),
    Case("n_object_trailing_comma", #"{"id":0,}"#), Case("n_object_trailing_comment", #"{"a":"b"}/**/"#),
    Case("n_object_line_comment", #"{"a":"b"}//"#), Case("n_object_comment_inside", #"{"a":/**/"b"}"#),
    Case("n_object_two_commas", #"{"a":"b",,"c":"d"}"#),
    Case("n_object_unquoted_key", #"{a: "b"}"#), Case("n_object_unterminated", #"{"a":"a"#),
    Case("n_object_closed_as_array", #"{"a":1]"#),
    Case("n_object_trailing_hash", #"{"a":"b"}#"#), Case("n_object_one_quote", #"{""#),
    Case("n_single_space", " "), Case("n_string_single_doublequote", "\""), Case("n_string_single_quotes", "['a']"),
    Case("n_string_unescaped_newline", "[\"new\nline\"]"), Case("n_string_unescaped_tab", "[\"\t\"]"),
    Case("n_string_unescaped_1f", "[\"\u{1F}\"]"),
    Case("n_string_escape_x", #"["\x00"]"#), Case("n_string_escape_a", #"["\a"]"#),
    Case("n_string_escape_capital_u", #"["\U0041"]"#),
    Case("n_string_escape_octal", #"["\101"]"#), Case("n_string_escape_emoji", "[\"\\\u{1F300}\"]"),
    Case("n_string_escape_invalid_utf8", bytes: [0x5B, 0x22, 0x5C, 0xE5, 0x22, 0x5D]),
    Case("n_string_escape_newline", "[\"\\\n\"]"), Case("n_string_escaped_nothing", #"["\"]"#),
    Case("n_string_incomplete_u", #"["\u00A"]"#),
    Case("n_string_u_then_quote", #"["\u"]"#), Case("n_string_u_no_hex", #"["\u00G0"]"#),
    Case("n_string_incomplete_pair", #"["\uD834\uDd"]"#),
    Case("n_string_pair_with_x", #"["\uD800\u1x"]"#), Case("n_string_pair_cut_at_backslash", #"["\uD800\"]"#),
    Case("n_string_pair_cut_at_u", #"["\uD800\u"]"#),
    Case("n_string_no_quotes", "[abc]"), Case("n_string_trailing_garbage", #""x"#),
    Case("n_string_text_after", #""a"b"#),
    Case("n_string_no_quotes_escape", #"[\u0020"x"]"#), Case("n_string_typographic_quotes", "[\u{201C}a\u{201D}]"),
    Case("n_string_u_plus_sign", #"["\u+041"]"#), Case("n_string_u_full_width", "[\"\\u\u{FF10}\u{FF10}41\"]"),
    Case("n_structure_empty", ""), Case("n_structure_angle_bracket", "<.>"), Case("n_structure_angle_null", "[<null>]"),
    Case("n_structure_ascii_identifier", "aå"), Case("n_structure_capital_true", "[True]"),
    Case("n_structure_incomplete_false", "[fals]"),
    Case("n_structure_incomplete_null", "[nul]"), Case("n_structure_incomplete_true", "[tru]"),
    Case("n_structure_word_goes_on", "[nullx]"),
    Case("n_structure_lone_close", "]"), Case("n_structure_lone_brace", "}"), Case("n_structure_comma", ","),
    Case("n_structure_colon", ":"),
    Case("n_structure_double_array", "[][]"), Case("n_structure_object_then_text", #"{"a": true} "x""#),
    Case("n_structure_second_root", "1 2"),
    Case("n_structure_open_object_comma", "{,"), Case("n_structure_open_object_open_array", "{["),
    Case("n_structure_open_array_apostrophe", "['"),
    Case("n_structure_open_array_open_string", #"["a"#), Case("n_structure_open_object_string", #"{"a"#),
    Case("n_structure_star_object", #"{"a":*}"#),
    Case("n_structure_no_break_space", "[\u{A0}]"), Case("n_structure_word_joiner", "[\u{2060}]"),
    Case("n_structure_byte_order_mark_only", bytes: [0xEF, 0xBB, 0xBF]),
    Case("n_structure_half_byte_order_mark", bytes: [0xEF, 0xBB, 0x7B, 0x7D]),
    Case("n_structure_escaped_bracket", #"[\u0061]"#),
    Case("n_structure_comment", "/*1*/[1]"), Case("n_structure_hash_comment", "#1\n[1]"),
    Case("n_structure_nul", "\u{0}"), Case("n_structure_nul_after", "[]\u{0}"),
    Case("n_structure_nul_between", "[1,\u{0}2]"), Case("n_structure_eof_in_escape", #"["\u00"#),
    Case("n_structure_undefined", "undefined"),
    Case("n_structure_single_byte", bytes: [0xE9]), Case("n_structure_unclosed_object", #"{"asd":"asd""#),
    Case("n_structure_open_arrays", String(repeating: "[", count: 100_000)),
    Case("n_structure_open_objects", String(repeating: #"[{"":"#, count: 50_000)),
    Case("n_structure_unclosed_in_depth", String(repeating: "[", count: 31)),
    Case("n_structure_utf16_little_endian", bytes: [0xFF, 0xFE, 0x5B, 0x00, 0x5D, 0x00]),
    Case("n_structure_utf16_big_endian", bytes: [0x00, 0x5B, 0x00, 0x5D]),
  ]

  /// JSON that means two things to two readers, or that no caller of ours needs.
  static let stricter: [(Case, StrictJSON.Reason)] = [
    (Case("y_object_duplicated_key", #"{"a":"b","a":"c"}"#), .duplicateKey),
    (Case("y_object_duplicated_pair", #"{"a":"b","a":"b"}"#), .duplicateKey),
    (Case("y_object_duplicated_by_escape", #"{"a":1,"\u0061":1}"#), .duplicateKey),
    (Case("y_object_duplicated_by_equivalence", #"{"\u00e9":1,"e\u0301":1}"#), .duplicateKey),
    (Case("y_string_null_escape", #"["\u0000"]"#), .nulCharacter),
    (Case("y_object_escaped_null_in_key", #"{"foo\u0000bar": 42}"#), .nulCharacter),
    (
      Case("i_structure_500_nested_arrays", String(repeating: "[", count: 500) + String(repeating: "]", count: 500)),
      .tooDeep
    ),
    (Case("i_structure_33_levels", String(repeating: "[", count: 33) + String(repeating: "]", count: 33)), .tooDeep),
    (Case("i_structure_byte_order_mark", "\u{FEFF}{}"), .byteOrderMark),
    (Case("i_string_first_surrogate_only", #"["\uDADA"]"#), .loneSurrogate),
    (Case("i_string_second_surrogate_only", #"["\uDFAA"]"#), .loneSurrogate),
    (Case("i_string_first_surrogate_then_letter", #"["\uD888a"]"#), .loneSurrogate),
    (Case("i_string_surrogates_turned_round", #"["\uDd1e\uD834"]"#), .loneSurrogate),
    (Case("i_string_two_first_surrogates", #"["\uD800\uD800"]"#), .loneSurrogate),
    (Case("i_object_key_lone_surrogate", #"{"\uDFAA":0}"#), .loneSurrogate),
    (Case("i_string_encoded_surrogate", inString: [0xED, 0xA0, 0x80]), .invalidUTF8),
    (Case("i_string_overlong_two", inString: [0xC0, 0xAF]), .invalidUTF8),
    (Case("i_string_overlong_six", inString: [0xFC, 0x83, 0xBF, 0xBF, 0xBF, 0xBF]), .invalidUTF8),
    (Case("i_string_overlong_null", inString: [0xC0, 0x80]), .invalidUTF8),
    (Case("i_string_past_the_last_scalar", inString: [0xF4, 0xBF, 0xBF, 0xBF]), .invalidUTF8),
    (Case("i_string_latin_1", inString: [0xE9]), .invalidUTF8),
    (Case("i_string_lone_continuation", inString: [0x81]), .invalidUTF8),
    (Case("i_string_truncated", inString: [0xE0, 0xFF]), .invalidUTF8),
    (
      Case(
        "i_string_utf16_with_mark", bytes: [0xFE, 0xFF, 0x00, 0x5B, 0x00, 0x22, 0x00, 0xE9, 0x00, 0x22, 0x00, 0x5D]),
      .unexpectedByte
    ),
  ]

  static let uncommonNumbers: [Case] = [
    Case("i_number_huge_exponent", "[0.4e00669999999999999999999999999999999999999999999999969999999006]"),
    Case("i_number_exponent_overflow", "[-1e+9999]"), Case("i_number_exponent_underflow", "[123e-10000000]"),
    Case("i_number_real_overflow", "[1.5e+9999]"), Case("i_number_too_big_integer", "[100000000000000000000]"),
    Case("i_number_too_small_integer", "[-123123123123123123123123123123]"),
    Case("i_number_past_int64", "[9223372036854775808]"),
    Case("i_number_one_written_with_point", "[1.0]"), Case("i_number_one_with_exponent", "[1e0]"),
  ]
}
