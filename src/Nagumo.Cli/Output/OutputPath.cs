using Nagumo.Data;

namespace Nagumo.Cli;

/// <summary>Files and folders that a command is to write: refused before the work begins, said when it is done.</summary>
internal static class OutputPath
{
    private static readonly string[] PictureStarts = ["\u0089PNG", "<svg", "<?xml"];

    /// <summary>A picture's path; an earlier picture there is replaced.</summary>
    /// <exception cref="InputException">It is no picture's name, a folder, or a file that is no picture.</exception>
    public static string Picture(string path) =>
        Path.GetExtension(path) is ".png" or ".svg"
            ? OfFile(path, "picture", PictureStarts)
            : throw new InputException($"--out {path}: give a file that ends with .png or .svg.");

    /// <summary>A file's path, its folder made; an earlier file of its kind is replaced, any other kept.</summary>
    /// <param name="path">The path.</param>
    /// <param name="kind">What the file is.</param>
    /// <param name="starts">How files of this kind begin.</param>
    /// <exception cref="InputException">It is a folder, or a file of another kind.</exception>
    public static string OfFile(string path, string kind, params string[] starts)
    {
        if (Directory.Exists(path))
            throw new InputException($"'{path}' is a folder: name a file in it.");
        if (File.Exists(path) && Start(path) is { Length: > 0 } start && !starts.Any(s => start.StartsWith(s, StringComparison.Ordinal)))
            throw new InputException($"'{path}' is there and is no {kind}, so it is kept: name another file.");
        Make(Path.GetDirectoryName(path) is { Length: > 0 } folder ? folder : ".");
        return path;
    }

    /// <summary>A folder, made if need be.</summary>
    /// <exception cref="InputException">It is a file.</exception>
    public static string OfFolder(string path)
    {
        if (File.Exists(path))
            throw new InputException($"'{path}' is a file; --out names a folder.");
        Make(path);
        return path;
    }

    /// <summary>The first of name.ext, name-2.ext, … that is not there yet.</summary>
    public static string FirstFree(string path)
    {
        string free = path;
        for (int n = 2; Path.Exists(free); n++)
            free = $"{Path.ChangeExtension(path, null)}-{n}{Path.GetExtension(path)}";
        return free;
    }

    /// <summary>One line that says what was written.</summary>
    public static string Said(params string[] paths) => $"wrote {string.Join(", ", paths.Select(Terminal.Quoted))}";

    private static void Make(string folder)
    {
        if (File.Exists(folder))
            throw new InputException($"'{folder}' is a file, not a folder: use another path.");
        try
        {
            Directory.CreateDirectory(folder);
            AtomicFile.RemoveStale(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"cannot make the folder '{folder}': {FileTrouble.Reason(e, folder)}", e.HResult);
        }
    }

    private static string Start(string path)
    {
        using var file = File.OpenRead(path);
        byte[] first = new byte[8];
        return string.Concat(first.Take(file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false)).Select(b => (char)b));
    }
}
