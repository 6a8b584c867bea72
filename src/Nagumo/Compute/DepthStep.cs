using System.Numerics;

namespace Nagumo.Compute;

/// <summary>One accelerated Newton step of all neurons of a ladder, each solved along depth: blocks of one or two fields a layer, eliminated up and down.</summary>
/// <remarks>
/// With Δ_l the on-site curvature of layer l and −diag(g, d) between layers, (x, y)_l solves the block-tridiagonal system of the forces; the state moves
/// there and on by Nesterov's momentum.
/// </remarks>
internal static unsafe class DepthStep
{
    /// <summary>Scratch elements that it needs.</summary>
    public static int Scratch<T>(int layers) => layers * 5 * Vector<T>.Count;

    /// <summary>Adds the neighbours to the forces, measures each lane, solves along depth and moves.</summary>
    /// <param name="layers">Layers; a field holds them one after another.</param>
    /// <param name="fields">Activator and, or not, inhibitor, [layers · neurons × lanes].</param>
    /// <param name="force">On-site forces, laid out alike; neighbours are added.</param>
    /// <param name="curvature">On-site curvatures uu, uv, vv, laid out alike.</param>
    /// <param name="old">Receives the step's end before the momentum moves on.</param>
    /// <param name="worst">Receives the largest force of each lane; one row as wide as those of the fields with their padding.</param>
    /// <param name="linkU">g.</param>
    /// <param name="linkV">−d.</param>
    /// <param name="bound">Activators stay below it in size.</param>
    /// <param name="momentum">How far to move on, in steps.</param>
    /// <param name="first">Whether there was no step before.</param>
    /// <param name="scratch">At least <see cref="Scratch"/>.</param>
    /// <returns>False when the step went against the force: the momentum starts afresh.</returns>
    public static bool Take<T>(
        int layers,
        ReadOnlySpan<MatView<T>> fields,
        ReadOnlySpan<MatView<T>> force,
        ReadOnlySpan<MatView<T>> curvature,
        ReadOnlySpan<MatView<T>> old,
        MatView<T> worst,
        T linkU,
        T linkV,
        T bound,
        T momentum,
        bool first,
        Buffer<T> scratch
    )
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool two = fields.Length > 1;
        int lanes = fields[0].Cols,
            size = fields[0].Rows / layers,
            last = layers - 1;
        nint stride = fields[0].RowStride,
            layer = size * stride;
        Vector<T> g = new(linkU),
            d = new(linkV),
            guard = new(bound),
            push = new(momentum),
            turn = Vector<T>.Zero,
            // Of the last vector of a row only these lanes are ours.
            tail = Vector<T>.Zero;
        T* u0 = fields[0].Data,
            v0 = two ? fields[1].Data : null,
            forceU = force[0].Data,
            forceV = two ? force[1].Data : null,
            uu = curvature[0].Data,
            uv = two ? curvature[1].Data : null,
            vv = two ? curvature[2].Data : null,
            oldU = old[0].Data,
            oldV = two ? old[1].Data : null;
        worst.Clear();
        var work = (Vector<T>*)scratch.Pointer;
        T* worstLanes = worst.Data;
        for (int r = 0; r < size; r++)
        for (int at = 0; at < lanes; at += Vector<T>.Count)
        {
            nint i = r * stride + at;
            // [[h0, h1], [h1, h2]] is the inverse of the eliminated diagonal block, (x, y) the eliminated right-hand side.
            Vector<T> h0 = default,
                h1 = default,
                h2 = default,
                x = default,
                y = default,
                belowU = default,
                belowV = default,
                u = Vector.Load(u0 + i),
                v = two ? Vector.Load(v0 + i) : default,
                most = Vector.Load(worstLanes + at);
            for (int l = 0; l < layers; l++)
            {
                nint here = l * layer + i;
                Vector<T> aboveU = default,
                    aboveV = default;
                if (l < last)
                {
                    aboveU = Vector.Load(u0 + here + layer);
                    if (two)
                        aboveV = Vector.Load(v0 + here + layer);
                }
                // The links' own share is part of the loads.
                var fu = Vector.Load(forceU + here) - g * (belowU + aboveU);
                fu.Store(forceU + here);
                most = Vector.Max(most, Vector.Abs(fu));
                var a = Vector.Load(uu + here);
                Vector<T> b = default,
                    e = Vector<T>.One,
                    fv = default;
                if (two)
                {
                    fv = Vector.Load(forceV + here) - d * (belowV + aboveV);
                    most = Vector.Max(most, Vector.Abs(fv));
                    b = Vector.Load(uv + here);
                    e = Vector.Load(vv + here);
                }
                // Off the diagonal stands −diag(g, d): the Schur complement loses D Δ⁻¹ D, the right-hand side gains D Δ⁻¹ (x, y).
                a -= g * g * h0;
                b -= g * d * h1;
                e -= d * d * h2;
                (x, y) = (g * (h0 * x + h1 * y) - fu, d * (h1 * x + h2 * y) - fv);
                var inverse = Vector<T>.One / (a * e - b * b);
                (h0, h1, h2) = (e * inverse, -b * inverse, a * inverse);
                var w = work + 5 * l;
                (w[0], w[1], w[2], w[3], w[4]) = (h0, h1, h2, x, y);
                (belowU, belowV, u, v) = (u, v, aboveU, aboveV);
            }
            most.Store(worstLanes + at);
            Vector<T> du = default,
                dv = default;
            for (int l = last; l >= 0; l--)
            {
                nint here = l * layer + i;
                var w = work + 5 * l;
                var (rx, ry) = (w[3] + g * du, w[4] + d * dv);
                (du, dv) = (w[0] * rx + w[1] * ry, w[1] * rx + w[2] * ry);
                var to = Vector.Min(Vector.Max(Vector.Load(u0 + here) + du, -guard), guard);
                var moved = first ? Vector<T>.Zero : to - Vector.Load(oldU + here);
                if (at + Vector<T>.Count <= lanes)
                    turn += Vector.Load(forceU + here) * moved;
                else
                    tail += Vector.Load(forceU + here) * moved;
                to.Store(oldU + here);
                (to + push * moved).Store(u0 + here);
                if (!two)
                    continue;
                to = Vector.Load(v0 + here) + dv;
                moved = first ? Vector<T>.Zero : to - Vector.Load(oldV + here);
                to.Store(oldV + here);
                (to + push * moved).Store(v0 + here);
            }
        }
        T sum = T.Zero;
        for (int i = 0; i < Vector<T>.Count; i++)
            sum += turn[i] + (i < lanes % Vector<T>.Count ? tail[i] : T.Zero);
        return !(sum > T.Zero);
    }
}
