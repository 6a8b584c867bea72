using Nagumo.Compute;

namespace Nagumo.Networks;

/// <summary>Where an end of a coupling is: field f of neurons [First, First + Count) of a population.</summary>
internal readonly record struct EndPlace(int Population, int Field, int First, int Count)
{
    public void Deconstruct(out int population, out int field) => (population, field) = (Population, Field);

    /// <summary>The end's rows of a view of the population, or of its neurons from <paramref name="first"/> on; the empty view stays empty.</summary>
    public MatView<T> Of<T>(MatView<T> view, int first = 0)
        where T : unmanaged =>
        view.IsEmpty || (Count == view.Rows && First == first) ? view : view.Slice(First - first, Count, 0, view.Cols);
}
