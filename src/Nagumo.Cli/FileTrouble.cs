using System.Text.RegularExpressions;

namespace Nagumo.Cli;

/// <summary>What the system says about a file or folder, in plain words: path, reason, remedy.</summary>
internal static partial class FileTrouble
{
    /// <summary>One line about an exception of reading or writing.</summary>
    public static string Text(Exception e)
    {
        if (IsFull(e))
            return $"{e.Message.TrimEnd('.')}. Free some space or use another folder (--out).";
        string? path = (e as FileNotFoundException)?.FileName ?? Named(e.Message);
        return path is not null && IsOfSystem(e) ? $"'{Shown(path)}': {Reason(e, path)}" : e.Message;
    }

    /// <summary>Why, and what to do, without the path.</summary>
    public static string Reason(Exception e, string path) =>
        IsFull(e) ? "the disk is full. Free some space or use another folder"
        : BlockingFile(path) is { } file ? $"'{Shown(file)}' is a file, not a folder. Use another path"
        : e is UnauthorizedAccessException
            ? Path.Exists(path) ? "no permission. Change its permissions (ls -l shows them), or use another path"
                : "no permission to write there. Use another path"
        : e is FileNotFoundException or DirectoryNotFoundException ? "no such file or folder. Check the path"
        : e is PathTooLongException ? "the path is too long. Use a shorter one"
        : $"{SystemSuffix().Replace(e.Message, "").TrimEnd('.')}. Use another path";

    /// <summary>ENOSPC, EDQUOT and EFBIG; on Windows ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL.</summary>
    private static bool IsFull(Exception e) => (e.HResult & 0xFFFF) is 28 or 122 or 27 or 112 or 39;

    /// <summary>Whether the message is the system's own rather than one of ours, which says the remedy already.</summary>
    private static bool IsOfSystem(Exception e) =>
        e is UnauthorizedAccessException or FileNotFoundException or DirectoryNotFoundException or PathTooLongException
        || SystemSuffix().IsMatch(e.Message)
        || e.Message.StartsWith("The file '", StringComparison.Ordinal);

    /// <summary>The file among the parents of a path that stands where a folder should.</summary>
    private static string? BlockingFile(string path)
    {
        for (string? at = path; !string.IsNullOrEmpty(at); at = Path.GetDirectoryName(at))
            if (at != path && File.Exists(at))
                return at;
        return null;
    }

    /// <summary>Relative to the working folder where that is shorter.</summary>
    private static string Shown(string path)
    {
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }

    private static string? Named(string message) => Quoted().Match(message) is { Success: true } m ? m.Groups[1].Value : null;

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex Quoted();

    /// <summary>"Read-only file system : '/path'".</summary>
    [GeneratedRegex(@" : '[^']*'$")]
    private static partial Regex SystemSuffix();
}
