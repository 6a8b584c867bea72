namespace Nagumo.Tests.Architecture;

/// <summary>The checkout that the tests were built in.</summary>
internal static class Repository
{
    /// <summary>Its root; null when the tests run away from it.</summary>
    public static string? Root { get; } = Find();

    /// <summary>The full path of a file or folder of the checkout; skips the test when there is no checkout.</summary>
    public static string At(params string[] parts)
    {
        Assert.SkipWhen(Root is null, "not inside a checkout");
        return Path.Combine([Root!, .. parts]);
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Nagumo.slnx")))
                return folder.FullName;
        return null;
    }
}
