using System.Text.RegularExpressions;

namespace Nagumo.Tests.Architecture;

/// <summary>Every relative link and picture of the documents leads to a file of the repository.</summary>
public sealed partial class LinkTests
{
    public static TheoryData<string> Documents
    {
        get
        {
            var documents = new TheoryData<string>();
            if (Repository.Root is { } root)
                foreach (
                    string file in Directory
                        .EnumerateFiles(root, "*.md")
                        .Concat(Directory.EnumerateFiles(Repository.At("docs"), "*.md", SearchOption.AllDirectories))
                )
                    documents.Add(Path.GetRelativePath(root, file));
            return documents;
        }
    }

    [Theory, MemberData(nameof(Documents))]
    public void Links_lead_somewhere(string document)
    {
        string folder = Path.GetDirectoryName(Repository.At(document))!;
        foreach (Match link in Link().Matches(File.ReadAllText(Repository.At(document))))
        {
            string target = link.Groups[1].Value;
            if (!target.Contains("://", StringComparison.Ordinal))
                Assert.True(Path.Exists(Path.Combine(folder, target)), $"{document} links to '{target}', which does not exist.");
        }
    }

    [GeneratedRegex("""(?:\]\(|src=")([^)"#]+)""")]
    private static partial Regex Link();
}
