namespace Nagumo.Data;

/// <summary>A list of the indices of samples, from 0: whole numbers in a text, or an array of them in an .npy.</summary>
internal static class IndexFile
{
    /// <summary>Reads the indices.</summary>
    /// <param name="path">The file.</param>
    /// <param name="count">How many samples there are.</param>
    /// <exception cref="InvalidDataException">Not a number, outside of the samples, or there twice.</exception>
    public static int[] Read(string path, int count)
    {
        var indices = new List<int>();
        var places = new Dictionary<int, string>();
        if (DataReader.Kind(path) == FileKind.Npy)
        {
            var array = Npy.Read(DataStream.ReadAll(path), path);
            long[] values = array.Values switch
            {
                int[] x => Array.ConvertAll(x, v => (long)v),
                long[] x => x,
                byte[] x => Array.ConvertAll(x, v => (long)v),
                _ => throw new InvalidDataException($"{path}: indices are whole numbers, from 0 to {count - 1}."),
            };
            for (int i = 0; i < values.Length; i++)
                Add(values[i], $"[{i}]");
        }
        else
            using (var text = TableText.Open(path, ","))
                while (text.Next())
                    for (int c = 0; c < text.Count; c++)
                        foreach (string word in text.Cell(c).ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
                            if (long.TryParse(word, out long index))
                                Add(index, $", line {text.Line}");
                            else
                                throw new InvalidDataException(
                                    $"{path}, line {text.Line}: '{Excerpt.Of(word)}' is no index: whole numbers from 0 to {count - 1} are expected."
                                );
        return indices.Count > 0 && indices.Count < count
            ? [.. indices]
            : throw new InvalidDataException(
                $"{path}: {indices.Count} indices of {count} samples; some must be tested on and some trained on."
            );

        void Add(long index, string place)
        {
            if (index < 0 || index >= count)
                throw new InvalidDataException($"{path}{place}: index {index} is outside 0 to {count - 1}.");
            if (!places.TryAdd((int)index, place))
                throw new InvalidDataException(
                    $"{path}{place}: index {index} stands there twice (before: {places[(int)index].TrimStart(',', ' ')})."
                );
            indices.Add((int)index);
        }
    }
}
