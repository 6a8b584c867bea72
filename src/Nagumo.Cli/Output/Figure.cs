namespace Nagumo.Cli;

/// <summary>A figure in a folder: as PNG to be looked at, as SVG to be printed.</summary>
internal static class Figure
{
    private static readonly string[] Extensions = [".png", ".svg"];

    /// <summary>The names of its files.</summary>
    /// <param name="name">File name without extension.</param>
    public static string[] Files(string name) => [.. Extensions.Select(extension => name + extension)];

    /// <summary>Writes both.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="name">File name without extension.</param>
    /// <param name="draw">Draws into a path.</param>
    /// <returns>The names of the files.</returns>
    public static string[] Draw(string folder, string name, Action<string> draw)
    {
        var files = Files(name);
        foreach (string file in files)
            draw(Path.Combine(folder, file));
        return files;
    }
}
