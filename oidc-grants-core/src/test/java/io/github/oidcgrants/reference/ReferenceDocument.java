package io.github.oidcgrants.reference;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Reads {@code GRANT-TYPES.md} and the examples that it shows.
 */
final class ReferenceDocument {

	private static final Path DOCUMENT = Path.of("GRANT-TYPES.md");

	private static final Path SOURCE = Path.of("src/test/java/io/github/oidcgrants/reference/ReferenceExamples.java");

	private static final Pattern BLOCK = Pattern.compile("(?:<!-- example: ([\\w-]+) -->\n)?```java\n(.*?)```\n",
			Pattern.DOTALL);

	private static final Pattern REGION = Pattern.compile("\t*// tag::([\\w-]+)\\[\\]\n(.*?)\t*// end::\\1\\[\\]\n",
			Pattern.DOTALL);

	private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");

	private final String text;

	private ReferenceDocument(String text) {
		this.text = text;
	}

	static ReferenceDocument read() throws IOException {
		return new ReferenceDocument(Files.readString(DOCUMENT));
	}

	/**
	 * {@return the blocks of Java by the names that stand above them, in their order}
	 */
	Map<String, String> blocks() {
		return byName(BLOCK.matcher(this.text).results().toList());
	}

	/**
	 * {@return the marked regions of the source, without their indentation, in their
	 * order}
	 */
	static Map<String, String> regions() throws IOException {
		Map<String, String> regions = byName(REGION.matcher(Files.readString(SOURCE)).results().toList());
		// Without the last line break: an empty last line would count as not indented.
		regions.replaceAll((name, code) -> code.stripTrailing().stripIndent() + "\n");
		return regions;
	}

	private static Map<String, String> byName(List<MatchResult> results) {
		Map<String, String> named = new LinkedHashMap<>();
		for (MatchResult result : results) {
			if (named.put(String.valueOf(result.group(1)), result.group(2)) != null) {
				throw new IllegalStateException("There are two named " + result.group(1));
			}
		}
		return named;
	}

	/**
	 * {@return what is set as code within a line}
	 */
	List<String> inlineCode() {
		String prose = BLOCK.matcher(this.text).replaceAll("");
		return CODE.matcher(prose).results().map((code) -> code.group(1)).toList();
	}

	/**
	 * {@return the rows of a table, what stands in the first column by what it is in
	 * Java}
	 * @param heading the heading of its first column
	 */
	Map<String, String> table(String heading) {
		Map<String, String> rows = new LinkedHashMap<>();
		int begin = this.text.indexOf("| " + heading + " | in Java |\n");
		if (begin < 0) {
			throw new IllegalStateException("There is no table of " + heading);
		}
		String table = this.text.substring(begin).split("\n\n", 2)[0];
		table.lines().skip(2).forEach((line) -> {
			String[] cells = line.split("\\|", 3);
			rows.put(cells[1].strip().replace("`", ""), cells[2].strip());
		});
		return rows;
	}

}
