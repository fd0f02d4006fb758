//! Passes the products of small matrices that faer needs on to `faer_products`.

/// Products that are not planned ahead.
pub mod planless {
    use faer_products::{Accum, Block, Product};

    /// Computes `dst = alpha * dst + beta * lhs * rhs`.
    ///
    /// # Panics
    /// If `alpha` is neither zero nor one.
    ///
    /// # Safety
    /// The three blocks are valid, and the result overlaps neither of the others.
    #[expect(clippy::too_many_arguments, reason = "faer calls it so")]
    pub unsafe fn execute_f64(
        m: usize,
        n: usize,
        k: usize,
        dst: *mut f64,
        dst_rs: isize,
        dst_cs: isize,
        lhs: *const f64,
        lhs_rs: isize,
        lhs_cs: isize,
        rhs: *const f64,
        rhs_rs: isize,
        rhs_cs: isize,
        alpha: f64,
        beta: f64,
        _conj_lhs: bool,
        _conj_rhs: bool,
    ) {
        assert!(alpha == 0.0 || alpha == 1.0, "the result is added to, but times {alpha}");
        let product = Product {
            accum: if alpha == 0.0 { Accum::Replace } else { Accum::Add },
            alpha: beta,
            ..Product::new(
                [m, n, k],
                Block { first: dst, row_step: dst_rs, column_step: dst_cs },
                Block { first: lhs, row_step: lhs_rs, column_step: lhs_cs },
                Block { first: rhs, row_step: rhs_rs, column_step: rhs_cs },
            )
        };
        // SAFETY: the caller grants the blocks.
        unsafe { faer_products::compute(&product) };
    }

    /// Declares the same for types that are not supported.
    macro_rules! unsupported {
        ($($name:ident),+) => {
            $(
                /// Does nothing but panic.
                ///
                /// # Panics
                /// Always: only doubles are supported.
                ///
                /// # Safety
                /// There is nothing to grant.
                #[expect(clippy::too_many_arguments, reason = "faer calls it so")]
                pub unsafe fn $name<T>(
                    _m: usize,
                    _n: usize,
                    _k: usize,
                    _dst: *mut T,
                    _dst_rs: isize,
                    _dst_cs: isize,
                    _lhs: *const T,
                    _lhs_rs: isize,
                    _lhs_cs: isize,
                    _rhs: *const T,
                    _rhs_rs: isize,
                    _rhs_cs: isize,
                    _alpha: T,
                    _beta: T,
                    _conj_lhs: bool,
                    _conj_rhs: bool,
                ) {
                    panic!("only doubles are supported");
                }
            )+
        };
    }

    unsupported!(execute_f32, execute_c32, execute_c64);
}
