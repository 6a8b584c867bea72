namespace Nagumo.Plots;

/// <summary>How a curve of a <see cref="Chart"/> is drawn.</summary>
public enum CurveStyle
{
    /// <summary>A whole line: what was simulated.</summary>
    Line,

    /// <summary>A broken line: theory, or a guide.</summary>
    Dashed,

    /// <summary>Markers without a line: single measurements.</summary>
    Points,
}

/// <summary>A series with its look.</summary>
/// <param name="Series">Name and points; an empty name keeps it out of the legend.</param>
/// <param name="Style">Line, broken line or markers.</param>
/// <param name="Colour">Number of the colour, from 0; null for the curve's own place in the list.</param>
/// <param name="Directed">Whether heads of arrows show in which order the points of a line follow, as along a trajectory.</param>
public sealed record Curve(Series Series, CurveStyle Style = CurveStyle.Line, int? Colour = null, bool Directed = false);

/// <summary>A value of the abscissa that is pointed out by a thin upright line.</summary>
/// <param name="X">The value.</param>
/// <param name="Text">Stands beside the line; <c>^{…}</c> and <c>_{…}</c> raise and lower.</param>
public sealed record Mark(double X, string Text);

/// <summary>An axis of a <see cref="Chart"/>.</summary>
/// <param name="Label">What is shown, with its unit.</param>
/// <param name="Logarithmic">Whether equal ratios are equal lengths.</param>
/// <param name="Min">Lower end; null: the smallest value.</param>
/// <param name="Max">Upper end; null: the largest value.</param>
/// <param name="Whole">Whether only whole numbers are marked, as where things are counted; a logarithmic axis does not need it.</param>
public sealed record ChartAxis(string Label, bool Logarithmic = false, double? Min = null, double? Max = null, bool Whole = false);
