package dev.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

/// Numbers, sizes, tables and colours.
class TextTest {
    @Test
    void readsSizes() {
        assertThat(Size.parse("500").value()).isEqualTo(500);
        assertThat(Size.parse("64k").value()).isEqualTo(64_000);
        assertThat(Size.parse("10M").value()).isEqualTo(10_000_000);
        assertThat(Size.parse("1.5B").value()).isEqualTo(1_500_000_000);
        assertThat(Size.parse("1_000").value()).isEqualTo(1000);
    }

    @Test
    void refusesWhatIsNoSize() {
        for (String bad : new String[] {"", "many", "-5", "1.5", "10Q", "99999999999T", "1e6"}) {
            assertThatThrownBy(() -> Size.parse(bad))
                    .isInstanceOf(TypeConversionException.class)
                    .hasMessageContaining("'" + bad + "'");
        }
    }

    @Test
    void shortensNumbers() {
        assertThat(Numbers.count(950)).isEqualTo("950");
        assertThat(Numbers.count(12_345)).isEqualTo("12.3k");
        assertThat(Numbers.count(999_999)).isEqualTo("1.00M");
        assertThat(Numbers.bytes(1_038_324_736)).isEqualTo("1.04 GB");
        assertThat(Numbers.bytes(80)).isEqualTo("80 B");
        assertThat(Numbers.time(7.26)).isEqualTo("7.3 s");
        assertThat(Numbers.time(125)).isEqualTo("2 min 05 s");
        assertThat(Numbers.time(12_000)).isEqualTo("3 h 20 min");
    }

    @Test
    void alignsNumbersToTheRight() {
        var table = new Table(80, "metric", "value").row("l0", "16").row("explained", "0.914");
        assertThat(table)
                .hasToString(
                        """
                          metric     value
                          l0            16
                          explained  0.914
                        """);
    }

    @Test
    void cutsTheWidestTextToTheWidth() {
        var table = new Table(30, "feature", "label").row("12", "a very long label of a feature");
        assertThat(table.toString().lines()).allMatch(line -> line.length() <= 30);
        assertThat(table.toString()).contains("a very long").contains("…");
    }

    @Test
    void keepsControlCharactersOfFilesFromTheTerminal() {
        assertThat(new Table(80, "name").row("a\u001b[31mb\n").toString())
                .doesNotContain("\u001b")
                .contains("a.[31mb.");
    }

    @Test
    void paintsTokensByStrength() {
        var colours = new Paint(true);
        assertThat(colours.heat(" cat", 0.1)).isEqualTo("\u001b[30;48;5;230m cat\u001b[0m");
        assertThat(colours.heat(" cat", 1.0)).isEqualTo("\u001b[30;48;5;203m cat\u001b[0m");
        assertThat(colours.heat(" cat", 0)).isEqualTo(" cat");
    }

    @Test
    void marksTokensWhereThereAreNoColours() {
        var plain = new Paint(false);
        assertThat(plain.heat(" cat", 0.2)).isEqualTo(" cat");
        assertThat(plain.heat(" cat", 0.5)).isEqualTo(" [cat]");
        assertThat(plain.heat(" cat", 0.9)).isEqualTo(" [[cat]]");
        assertThat(plain.heat(" ", 0.9)).isEqualTo(" ");
        assertThat(plain.bold("x")).isEqualTo("x");
    }
}
