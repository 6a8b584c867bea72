namespace Nagumo.Tests.Architecture;

/// <summary>Code in the documents is code that compiles: every C# block occurs, line by line, in a source file, indentation aside.</summary>
public sealed class ReadmeTests
{
    public static TheoryData<string> Documents =>
        Repository.Root is not { } root
            ? []
            :
            [
                .. new[] { "README.md", "CONTRIBUTING.md" }
                    .Where(f => File.Exists(Path.Combine(root, f)))
                    .Concat(
                        Directory
                            .EnumerateFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories)
                            .Select(f => Path.GetRelativePath(root, f))
                    )
                    .Order(StringComparer.Ordinal),
            ];

    [Theory, MemberData(nameof(Documents))]
    public void Every_block_of_code_is_compiled(string document)
    {
        var sources = new[] { "src", "tests", "examples" }
            .SelectMany(folder => Directory.EnumerateFiles(Repository.At(folder), "*.cs", SearchOption.AllDirectories))
            .Select(file => Normal(File.ReadAllText(file)))
            .ToArray();
        foreach (string block in Blocks(File.ReadAllText(Repository.At(document))))
            Assert.True(
                sources.Any(s => s.Contains(Normal(block), StringComparison.Ordinal)),
                $"{document}: no source file contains\n{block}"
            );
    }

    [Fact]
    public void Blocks_are_found_and_indentation_does_not_count()
    {
        Assert.Equal(["a\nb\n", "c\n"], Blocks("x\n```csharp\na\nb\n```\ny\n```bash\nls\n```\n```csharp\nc\n```\n"));
        Assert.Contains(Normal("if (x)\n    y();\n"), Normal("    {\n        if (x)\n            y();\n    }\n"), StringComparison.Ordinal);
        Assert.DoesNotContain(Normal("y();\n"), Normal("xy();\n"), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Blocks(string markdown)
    {
        const string open = "```csharp\n";
        for (int at = 0; (at = markdown.IndexOf(open, at, StringComparison.Ordinal)) >= 0; )
        {
            int start = at + open.Length,
                end = markdown.IndexOf("```", start, StringComparison.Ordinal);
            yield return markdown[start..end];
            at = end;
        }
    }

    private static string Normal(string text) =>
        "\n" + string.Join('\n', text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)) + "\n";
}
