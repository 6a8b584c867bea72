namespace Nagumo.Data;

/// <summary>Pictures in a folder a class: <c>cats/1.png</c>, <c>dogs/7.png</c>; or the same within the folders <c>train</c> and <c>test</c>.</summary>
/// <remarks>PNG, PGM and PPM, plain or gzipped, all of one size. They stay bytes: [rows, cols] where all are grey, [3, rows, cols] where one is not.
/// Classes are in the order of their names, pictures within a class too. Names that begin with a point are passed over.</remarks>
internal static class ImageFolder
{
    private const string Training = "train",
        Testing = "test";

    /// <summary>The files of the folder by their names within it, in order.</summary>
    public static IReadOnlyList<string> Files(string folder) =>
        [
            .. Directory
                .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
                .Where(file => !file.Split('/').Any(part => part.StartsWith('.')))
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Reads the folder, and the one to test on if that is another.</summary>
    public static RawData Read(string folder, DataOptions options, Understanding how)
    {
        string[] parts = Folders(folder);
        bool isDivided = parts.SequenceEqual([Testing, Training]) && options is { Test: null, TestIndices: null };
        string train = isDivided ? Path.Combine(folder, Training) : folder;
        string? test = isDivided ? Path.Combine(folder, Testing) : options.TestFile;
        string[] classes = [.. Folders(train).Union(test is null ? [] : Folders(test)).Order(StringComparer.Ordinal)];
        if (classes.Length == 0)
            throw new InvalidDataException(
                $"{folder}: no folders in it; pictures are expected in a folder a class, as in {folder}/cats/1.png."
            );
        if (how.ClassNames is { } learned)
            classes = classes.FirstOrDefault(name => !learned.Contains(name)) is { } unknown
                ? throw new InvalidDataException(
                    $"{folder}: the class '{unknown}' was not there in training.{Nearest.Hint(unknown, learned)}"
                )
                : learned;
        List<(string File, int Class)> trained = Listed(train, classes),
            tested = test is null ? [] : Listed(test, classes);
        var all = Pixels([.. trained.Concat(tested).Select(l => l.File)], how.Colour ?? options.Colour, out int[] shape);
        int size = shape.Aggregate((product, n) => product * n);
        return new(
            "pictures",
            Part(trained, all.AsSpan(0, trained.Count * size), shape, classes),
            test is null ? null : Part(tested, all.AsSpan(trained.Count * size), shape, classes)
        );
    }

    /// <summary>Pictures, one after the other, all of one size and kind.</summary>
    /// <param name="files">Their names.</param>
    /// <param name="colour">"auto", "grey" or "rgb".</param>
    /// <param name="shape">The shape of one.</param>
    /// <exception cref="InvalidDataException">One is of another size, or cannot be read; the message names it.</exception>
    public static byte[] Pixels(IReadOnlyList<string> files, string colour, out int[] shape)
    {
        var (rows, cols, _) = ImageFile.Size(DataStream.ReadAll(files[0]), files[0]);
        bool inColour = colour == "rgb";
        foreach (string file in files)
        {
            var (r, c, isColour) = ImageFile.Size(DataStream.ReadAll(file), file);
            if ((r, c) != (rows, cols))
                throw new InvalidDataException(
                    $"{file}: {r} × {c} pixels (rows × columns), and {files[0]} has {rows} × {cols}; all need the same size: mogrify -resize {cols}x{rows}! '{file}'"
                );
            inColour |= isColour && colour == "auto";
        }
        if (rows == 0 || cols == 0)
            throw new InvalidDataException($"{files[0]}: a picture without pixels.");
        Memory.Require(files[0], checked(rows * cols * (inColour ? 3 : 1)), files.Count);
        int size = checked((int)(rows * cols)),
            planes = inColour ? 3 : 1;
        Memory.Require(Path.GetDirectoryName(files[0]) ?? files[0], (long)size * planes * files.Count, 2);
        byte[] all = new byte[size * planes * files.Count];
        for (int i = 0; i < files.Count; i++)
        {
            byte[] file = DataStream.ReadAll(files[i]);
            var pixels = inColour
                ? ImageFile.Planes(file, files[i], (int)rows, (int)cols)
                : ImageFile.Decode(file, files[i], (int)rows, (int)cols);
            pixels.CopyTo(all, i * size * planes);
        }
        bool isGrey = !inColour || colour == "auto" && AreEqual(all, size);
        shape = isGrey ? [(int)rows, (int)cols] : [3, (int)rows, (int)cols];
        return isGrey && inColour ? FirstPlanes(all, size) : all;
    }

    private static string[] Folders(string folder) =>
        [
            .. Directory
                .EnumerateDirectories(folder)
                .Select(path => Path.GetFileName(path))
                .Where(name => !name.StartsWith('.'))
                .Order(StringComparer.Ordinal),
        ];

    private static List<(string File, int Class)> Listed(string folder, string[] classes)
    {
        var listed = new List<(string, int)>();
        for (int c = 0; c < classes.Length; c++)
            if (Path.Combine(folder, classes[c]) is var of && Directory.Exists(of))
                listed.AddRange(
                    Directory
                        .EnumerateFiles(of)
                        .Where(file => !Path.GetFileName(file).StartsWith('.'))
                        .Order(StringComparer.Ordinal)
                        .Select(file => (file, c))
                );
        return listed.Count > 0
            ? listed
            : throw new InvalidDataException(
                $"{folder}: no pictures in {(classes.Length > 0 ? $"the folder '{classes[0]}'{(classes.Length > 1 ? " or another one" : "")}" : "it")}."
            );
    }

    private static RawSamples Part(List<(string File, int Class)> listed, ReadOnlySpan<byte> pixels, int[] shape, string[] classes) =>
        new(new NpyArray(pixels.ToArray(), [listed.Count, .. shape]), new RawTargets.OfClasses(classes, [.. listed.Select(l => l.Class)]));

    /// <summary>Whether the three planes of every picture are the same.</summary>
    private static bool AreEqual(ReadOnlySpan<byte> all, int size)
    {
        for (int at = 0; at < all.Length; at += 3 * size)
        {
            var red = all.Slice(at, size);
            if (!red.SequenceEqual(all.Slice(at + size, size)) || !red.SequenceEqual(all.Slice(at + 2 * size, size)))
                return false;
        }
        return true;
    }

    private static byte[] FirstPlanes(ReadOnlySpan<byte> all, int size)
    {
        byte[] planes = new byte[all.Length / 3];
        for (int i = 0; i < planes.Length / size; i++)
            all.Slice(3 * i * size, size).CopyTo(planes.AsSpan(i * size));
        return planes;
    }
}
