using System.Globalization;

namespace Nagumo.Data;

/// <summary>Whether data fit into this machine, asked before they take any of it.</summary>
internal static class Memory
{
    /// <summary>Throws where so many values are more than an array holds, or need more memory than there is.</summary>
    /// <param name="name">What messages call the data.</param>
    /// <param name="values">How many values.</param>
    /// <param name="size">Bytes of a value, all copies of it together.</param>
    /// <exception cref="InvalidDataException">They do not fit.</exception>
    public static void Require(string name, long values, int size)
    {
        double has = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (values > Array.MaxLength)
            throw new InvalidDataException(
                string.Create(CultureInfo.InvariantCulture, $"{name}: {values} values; at most {Array.MaxLength} can be held at once.")
            );
        if ((double)values * size > has)
            throw new InvalidDataException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name}: {values} values need {(double)values * size / 1e9:0.0} GB of memory; this machine has {has / 1e9:0.0} GB."
                )
            );
    }
}
