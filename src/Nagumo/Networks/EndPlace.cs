using Nagumo.Compute;

namespace Nagumo.Networks;

/// <summary>Where an end of a coupling is: field f of neurons [First, First + Count) of a population.</summary>
internal readonly record struct EndPlace(int Population, int Field, int First, int Count)
{
    public void Deconstruct(out int population, out int field) => (population, field) = (Population, Field);

    /// <summary>The end's rows of a view of the whole population; the empty view stays empty.</summary>
    public MatView<T> Of<T>(MatView<T> whole)
        where T : unmanaged => whole.IsEmpty || Count == whole.Rows ? whole : whole.Slice(First, Count, 0, whole.Cols);
}
