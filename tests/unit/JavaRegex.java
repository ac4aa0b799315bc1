import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import java.util.regex.*;

/**
 * Records what Java makes of the patterns in java_regex.jsonl again:
 * java tests/unit/JavaRegex.java tests/unit/java_regex.jsonl &gt; new.jsonl
 */
public class JavaRegex {
	private final String text;
	private int at;

	private JavaRegex(String text) {
		this.text = text;
	}

	public static void main(String[] args) throws Exception {
		Map<?, ?> head = null;
		StringBuilder out = new StringBuilder();

		for (String line : Files.readAllLines(Path.of(args[0]), StandardCharsets.UTF_8)) {
			Object json = new JavaRegex(line).value();

			if (head == null)
				head = (Map<?, ?>) json;
			else
				json = record(head, (List<?>) json);
			write(out, json);
			out.append('\n');
		}
		System.out.write(out.toString().getBytes(StandardCharsets.US_ASCII));
		System.out.flush();
	}

	private static List<Object> record(Map<?, ?> head, List<?> line) {
		Object texts = line.get(0);
		String pattern = (String) line.get(1);
		Pattern compiled;

		try {
			compiled = Pattern.compile(pattern);
		} catch (PatternSyntaxException e) {
			return Arrays.asList(null, pattern, e.getMessage().lines().findFirst().orElse(""));
		}
		if (texts == null)
			throw new IllegalStateException("no longer refused: " + pattern);
		List<?> list = (List<?>) (texts instanceof String ? head.get(texts) : texts);
		return Arrays.asList(texts, pattern, "chars".equals(texts) ? bits(compiled, list) : matches(compiled, list));
	}

	private static String bits(Pattern pattern, List<?> texts) {
		StringBuilder bits = new StringBuilder();

		for (Object text : texts)
			bits.append(pattern.matcher((String) text).matches() ? '1' : '0');
		return bits.toString();
	}

	private static List<Object> matches(Pattern pattern, List<?> texts) {
		List<Object> all = new ArrayList<>();

		for (Object text : texts) {
			List<Object> one = new ArrayList<>();
			Matcher matcher = pattern.matcher((String) text);

			one.add(pattern.matcher((String) text).matches());
			if (matcher.find())
				for (int group = 0; group <= matcher.groupCount(); group++)
					one.add(matcher.group(group));
			all.add(one);
		}
		return all;
	}

	/* ---- as much JSON as the file has ---- */

	private Object value() {
		switch (text.charAt(at)) {
		case '{': return object();
		case '[': return array();
		case '"': return string();
		case 't': at += 4; return true;
		case 'f': at += 5; return false;
		default: at += 4; return null;
		}
	}

	private Map<String, Object> object() {
		Map<String, Object> map = new LinkedHashMap<>();

		while (text.charAt(at++) != '}') {
			if (text.charAt(at) == '}')
				continue;
			String key = string();
			at++;
			map.put(key, value());
		}
		return map;
	}

	private List<Object> array() {
		List<Object> list = new ArrayList<>();

		while (text.charAt(at++) != ']')
			if (text.charAt(at) != ']')
				list.add(value());
		return list;
	}

	private String string() {
		StringBuilder s = new StringBuilder();

		for (at++; text.charAt(at) != '"'; at++) {
			char c = text.charAt(at);

			if (c == '\\') {
				c = text.charAt(++at);
				if (c == 'u') {
					c = (char) Integer.parseInt(text.substring(at + 1, at + 5), 16);
					at += 4;
				} else {
					int known = "nrtbf".indexOf(c);
					c = known < 0 ? c : "\n\r\t\b\f".charAt(known);
				}
			}
			s.append(c);
		}
		at++;
		return s.toString();
	}

	private static void write(StringBuilder out, Object json) {
		if (json instanceof String s) {
			writeString(out, s);
		} else if (json instanceof List<?> list) {
			String before = "[";

			for (Object item : list) {
				out.append(before);
				write(out, item);
				before = ",";
			}
			out.append(list.isEmpty() ? "[]" : "]");
		} else if (json instanceof Map<?, ?> map) {
			String before = "{";

			for (Map.Entry<?, ?> entry : map.entrySet()) {
				out.append(before);
				write(out, entry.getKey());
				out.append(':');
				write(out, entry.getValue());
				before = ",";
			}
			out.append('}');
		} else {
			out.append(json);
		}
	}

	private static void writeString(StringBuilder out, String s) {
		out.append('"');
		for (char c : s.toCharArray()) {
			int known = "\n\r\t\b\f".indexOf(c);

			if (c == '"' || c == '\\')
				out.append('\\').append(c);
			else if (known >= 0)
				out.append('\\').append("nrtbf".charAt(known));
			else if (c < 0x20 || c > 0x7e)
				out.append(String.format("\\u%04x", (int) c));
			else
				out.append(c);
		}
		out.append('"');
	}
}
